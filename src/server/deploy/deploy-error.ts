/** What a deploy or a change of settings is refused with. The CLI prints code and message, and knows some of the codes. */
export type DeployErrorCode =
  | "BadJsonBody"
  | "InvalidModules" // a module can't be compiled or loaded, or defines something wrong
  | "InvalidCrons"
  | "InvalidNodeVersion"
  | "ExternalPackagesNotInstalled"
  | "InvalidSchema"
  | "InvalidAppDefinition"
  | "InvalidAuthConfig"
  | "AuthConfigMissingEnvironmentVariable" // known to the CLI; see auth-config.ts for the form of its text
  | "MissingEnvironmentVariables" // known to the CLI; see definitions.ts
  | "ModuleNotFound" // an unchanged module that the server does not have
  | "SchemaNotReady"
  | "SchemaValidationFailed"
  | "RaceDetected" // known to the CLI: pushing again helps
  | "InvalidEnvironmentVariables"
  | "UnsupportedRoute";

export class DeployError extends Error {
  override readonly name = "DeployError";
  /** Never 404: the CLI would try the same again for half a minute. */
  readonly status = 400;

  constructor(
    readonly code: DeployErrorCode,
    message: string,
  ) {
    super(message);
  }
}
