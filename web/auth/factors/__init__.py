"""The second step of a sign-in: an application's code, a passkey, a code from paper."""
