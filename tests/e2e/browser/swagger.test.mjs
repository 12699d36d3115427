import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browserLacks, launch } from '../support/browser.mjs';
import { startService } from '../support/service.mjs';

describe('Swagger UI', { skip: browserLacks }, () => {
  let service, browser;
  before(async () => {
    service = await startService();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    assert.equal(await service.stop(), 0, service.log());
  });

  test('a newcomer opens a session with "Try it out" and the example as it is', async () => {
    const page = await browser.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('requestfailed', (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
    await page.goto(`${service.http}/swagger`);

    const operation = page.locator('.opblock-post', { has: page.locator('[data-path="/v1/sessions"]') });
    await operation.locator('.opblock-summary').click();
    await operation.locator('.try-out__btn').waitFor();
    const tryItOut = operation.locator('.try-out__btn:not(.cancel)'); // not there when the page opens ready to try
    if (await tryItOut.count() > 0) await tryItOut.click();
    await operation.locator('.execute').click();

    const response = operation.locator('.live-responses-table');
    await response.locator('.response-col_status', { hasText: '201' }).waitFor({ timeout: 10_000 });
    assert.match(await response.innerText(), /"model": "nyc-taxi"/);
    assert.deepEqual(faults, []);
  });
});
