/**
 * Names of auth methods on chain: a hash of who the user is and of the service
 * that says so. Tokens are read here, not verified; the nodes verify them.
 */
import { InvalidArgumentException, makeError, WrongParamFormat } from "../errors.js";
import { attempt, number, optionsOf, parseRecord, text } from "../given.js";
import { callModule } from "../load.js";
import type { AuthMethod } from "../params.js";

/** Lit's application at Discord, whose users these ids name. Value: official package contracts-sdk 7.4.0. */
const DISCORD_CLIENT_ID = "1052874239658692668";

type Claims = Record<string, unknown>;

/** 32 bytes in hex. Loads nothing: lit.wasm must be running. */
export async function getAuthIdByAuthMethod(authMethod: AuthMethod): Promise<string> {
  const { authMethodType: type, accessToken } = optionsOf("authMethod", authMethod, { authMethodType: number, accessToken: text });
  switch (type) {
    case 1:
      return hash(`${member(accessToken, "address", "Unable to parse access token as JSON object")}:lit`);
    case 3:
      return hash(
        `${member(accessToken, "rawId", "Error when parsing auth method to generate auth method ID for WebAuthn")}:lit`,
      );
    case 4:
      return hash(`${await discordUser(accessToken)}:${DISCORD_CLIENT_ID}`);
    case 6: {
      const { sub, aud } = claims(accessToken);
      return hash(`${required(sub)}:${required(aud)}`);
    }
    case 9: {
      const { sub, aud } = claims(accessToken);
      return hash(lower(required(sub), required(first(aud))));
    }
    case 10:
    case 11:
    case 12:
    case 13:
      return attempt("authMethod", "an auth method with a token of its type", () => stytchFactor(type, accessToken));
  }
  throw invalid(`Unsupported auth method type: ${type}`);
}

/** Where each kind of factor stands in a session. */
const FACTORS: Record<number, readonly [factor: string, field: string]> = {
  10: ["email_factor", "email_address"],
  11: ["phone_number_factor", "phone_number"],
  12: ["phone_number_factor", "phone_number"],
  13: ["authenticator_app_factor", "totp_id"],
};

function stytchFactor(type: number, token: string): string {
  const body = claims(token);
  const [factor, field] = FACTORS[type]!;
  const session = body["https://stytch.com/session"] as { authentication_factors?: Claims[] } | undefined;
  const held = session?.authentication_factors?.find((candidate) => candidate[factor]);
  const user = (held?.[factor] as Claims | undefined)?.[field];
  if (typeof user !== "string") {
    throw invalid("Could not find email authentication info in session"); // the official text, whatever the factor
  }
  const audience = first(body["aud"]);
  if (!audience) {
    throw invalid("Token does not contain an audience (project identifier), aborting");
  }
  return hash(lower(user, audience));
}

const lower = (user: unknown, audience: unknown) => `${String(user).toLowerCase()}:${String(audience).toLowerCase()}`;
const first = (audience: unknown) => (Array.isArray(audience) ? audience[0] : undefined) as unknown;

/** Without it every such token would have the same id. */
function required(claim: unknown): unknown {
  if (!claim) {
    throw invalid("Error while parsing auth method to generate auth method id");
  }
  return claim;
}

function hash(text: string): string {
  return callModule("keccak256", { text });
}

function member(json: string, name: string, problem: string): string {
  let value: unknown;
  try {
    value = parseRecord<Claims>(json)[name];
  } catch {
    throw invalid(problem); // without the cause, which quotes the token
  }
  if (!value) {
    throw invalid(name === "address" ? "No address found in access token" : problem);
  }
  return attempt("authMethod", "an auth method with a token of its type", () => String(value));
}

/** The payload of a JWT, unverified. */
function claims(token: string): Claims {
  const parts = token.split(".");
  try {
    if (parts.length !== 3) {
      throw new SyntaxError("a JWT has three parts");
    }
    const bytes = atob(parts[1]!.replaceAll("-", "+").replaceAll("_", "/"));
    return parseRecord<Claims>(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
  } catch {
    throw new WrongParamFormat({
      reason: "invalid_param",
      message: "Invalid token length",
      details: { param: "authMethod.accessToken", want: "a JWT" },
    });
  }
}

async function discordUser(token: string): Promise<string> {
  const url = "https://discord.com/api/users/@me";
  const unreachable = (cause?: unknown) =>
    makeError({ reason: "gateway_unreachable", message: "Unable to verify Discord account", details: { url }, cause });
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!answer.ok) {
    throw unreachable();
  }
  const { id } = (await answer.json().catch((cause: unknown) => {
    throw unreachable(cause);
  })) as { id?: unknown };
  if (typeof id !== "string") {
    throw unreachable();
  }
  return id;
}

function invalid(message: string) {
  const details = { param: "authMethod", want: "an auth method with a token of its type" };
  return new InvalidArgumentException({ reason: "invalid_param", message, details });
}
