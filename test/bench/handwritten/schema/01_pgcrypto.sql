-- hmac() for the card tokens. Like all in this folder it is made before the clock starts, as Tillhouse's migrations are.
CREATE EXTENSION IF NOT EXISTS pgcrypto
