import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((file) => file && existsSync(file));

// Without a sandbox, because tests may run as root; the rest keeps the browser off the network.
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** Why there is no browser to test with; false when there is one. */
export const browserLacks = !executablePath && 'no Chromium: apt-get install chromium';

/** Starts the browser of this machine. */
export const launch = () => chromium.launch({ executablePath, args, headless: true });
