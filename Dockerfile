# The Lstm server in a container: docs/containers.md.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# What decides the packages comes first, so that the restore is redone only when that changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY protos/*.csproj protos/
COPY src/Lstm.Engine/*.csproj src/Lstm.Engine/
COPY src/Microsoft.ML.OnnxRuntime/*.csproj src/Microsoft.ML.OnnxRuntime/
COPY src/Lstm.OnnxRuntime/*.csproj src/Lstm.OnnxRuntime/
COPY src/Lstm.Models/*.csproj src/Lstm.Models/
COPY src/Lstm.Grpc.Core/*.csproj src/Lstm.Grpc.Core/
COPY src/Lstm.Grpc/*.csproj src/Lstm.Grpc/
COPY src/Lstm.Grpc.Services/*.csproj src/Lstm.Grpc.Services/
COPY src/Lstm.Service/*.csproj src/Lstm.Service/
RUN dotnet restore src/Lstm.Service --use-current-runtime -p:PublishReadyToRun=true

# ReadyToRun compiles ahead of time: the server is ready sooner, for a few megabytes.
COPY .editorconfig ./
COPY protos protos
COPY src src
# ONNX Runtime's binding comes by npm. What a build of this checkout has fetched already is taken as it is; otherwise npm fetches it here.
RUN cd src/Microsoft.ML.OnnxRuntime \
    && if [ "$(sha256sum <package-lock.json | cut -d ' ' -f 1)" = "$(cat node_modules/.restored 2>/dev/null)" ]; then touch node_modules/.restored; \
       else apt-get update && apt-get install --yes --no-install-recommends nodejs npm; fi
RUN dotnet publish src/Lstm.Service --no-restore --use-current-runtime --no-self-contained \
    --configuration Release --output /app -p:PublishReadyToRun=true -p:UseAppHost=false -p:DebugType=none


FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY models /models
COPY --from=build /app .
# Without ASPNETCORE_HTTP_PORTS of the base image: the server has its own options for that.
ENV ASPNETCORE_HTTP_PORTS= LSTM__SERVER__ADDRESS=* LSTM__MODELS__DIRECTORY=/models
USER $APP_UID
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["dotnet", "Lstm.Service.dll", "--health-check"]
ENTRYPOINT ["dotnet", "Lstm.Service.dll"]
