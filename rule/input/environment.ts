/** The function's environment is not the one that it is deployed with. */
export class InvalidEnvironmentError extends Error {
  override readonly name = 'InvalidEnvironmentError';
}
