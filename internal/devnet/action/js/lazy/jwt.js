// jwt: jsonwebtoken's decode, verify and sign, with its errors. Source of the behaviour: jsonwebtoken 9.0.2, whose
// answers the tests compare.
const { TextDecoder } = use('encoding');

class JsonWebTokenError extends Error {
  constructor(message, inner) {
    super(message);
    method(this, { name: 'JsonWebTokenError' });
    if (inner) this.inner = inner;
  }
}

class TokenExpiredError extends JsonWebTokenError {
  constructor(message, expiredAt) {
    super(message);
    method(this, { name: 'TokenExpiredError' });
    this.expiredAt = expiredAt;
  }
}

class NotBeforeError extends JsonWebTokenError {
  constructor(message, date) {
    super(message);
    method(this, { name: 'NotBeforeError' });
    this.date = date;
  }
}

const families = {
  secret: ['HS256', 'HS384', 'HS512'],
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ec: ['ES256', 'ES384', 'ES512'],
  other: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
};
const known = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'none'];
const base64url = { alphabet: 'base64url', omitPadding: true };

const encodePart = (value) => toBase64(utf8(typeof value === 'string' ? value : JSONStringify(value)), base64url);
const decodePart = (text) => fromBase64(text, { alphabet: 'base64url' });
const decodeText = (text) => new TextDecoder().decode(decodePart(text));

// keyBytes returns a key, a string or bytes, or {key, passphrase}, as an ArrayBuffer.
function keyBytes(key, name) {
  if (typeof key === 'object' && key !== null && 'key' in key && bytesOf(key) === undefined) key = key.key;
  if (typeof key === 'string') return typedArrayBuffer(utf8(key));
  return bufferOf(key, name);
}

function decode(token, { complete = false, json = false } = {}) {
  if (typeof token !== 'string' || !regExpTest(/^[A-Za-z0-9\-_]+?\.[A-Za-z0-9\-_]+?\.([A-Za-z0-9\-_]+)?$/, token)) return null;
  const [head, body, signature] = token.split('.');
  let header, payload;
  try {
    header = JSONParse(decodeText(head));
    payload = decodeText(body);
  } catch {
    return null;
  }
  if (typeof header !== 'object' || header === null) return null;
  try {
    const value = JSONParse(payload);
    if (value !== null && typeof value === 'object' || json || header.typ === 'JWT') payload = value;
  } catch {
    // A payload may be any text.
  }
  return complete ? { header, payload, signature } : payload;
}

function verify(token, key, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options];
  if (callback) return calling(callback, (k) => verified(token, k, options ?? {}), key, token);
  if (typeof key === 'function') throw new JsonWebTokenError('verify must be called asynchronous if secret or public key is provided as a callback');
  return verified(token, key, options ?? {});
}

// calling runs f with the key, which may be a function that calls back with it, and hands its outcome to callback.
function calling(callback, f, key, token) {
  const finish = (error, k) => {
    let value;
    try {
      if (error) throw new JsonWebTokenError('error in secret or public key callback: ' + error.message);
      value = f(k);
    } catch (e) {
      callback(e);
      return;
    }
    callback(null, value);
  };
  if (typeof key === 'function') key(decode(token, { complete: true })?.header, finish);
  else queueMicrotask(() => finish(null, key));
}

function verified(token, key, options) {
  if (options.clockTimestamp && typeof options.clockTimestamp !== 'number') throw new JsonWebTokenError('clockTimestamp must be a number');
  if (options.nonce !== undefined && (typeof options.nonce !== 'string' || trim(options.nonce) === '')) {
    throw new JsonWebTokenError('nonce must be a non-empty string');
  }
  if (!token) throw new JsonWebTokenError('jwt must be provided');
  if (typeof token !== 'string') throw new JsonWebTokenError('jwt must be a string');
  if (token.split('.').length !== 3) throw new JsonWebTokenError('jwt malformed');
  const decoded = decode(token, { complete: true });
  if (decoded === null) throw new JsonWebTokenError('invalid token');
  const { header, payload, signature } = decoded;
  verifySignature(token, key, header, signature, options);
  if (typeof payload === 'object' && payload !== null) verifyClaims(payload, options);
  else if (options.audience || options.issuer || options.subject) verifyClaims({}, options);
  return options.complete === true ? decoded : payload;
}

function verifySignature(token, key, header, signature, { algorithms }) {
  const signed = signature !== undefined && signature !== '';
  if (!signed && key) throw new JsonWebTokenError('jwt signature is required');
  if (signed && !key) throw new JsonWebTokenError('secret or public key must be provided');
  if (!signed && !algorithms) throw new JsonWebTokenError('please specify "none" in "algorithms" to verify unsigned tokens');
  const bytes = key ? keyBytes(key, 'secret or public key') : undefined;
  let kind = 'secret';
  try {
    if (bytes) kind = sys('jwtKind', bytes);
  } catch (e) {
    throw new JsonWebTokenError(e.message);
  }
  if (!(algorithms ?? families[kind]).includes(header.alg)) throw new JsonWebTokenError('invalid algorithm');
  if (startsWith(header.alg, 'HS') && kind !== 'secret') throw new JsonWebTokenError(`secretOrPublicKey must be a symmetric key when using ${header.alg}`);
  if (regExpTest(/^(?:RS|PS|ES)/, header.alg) && kind === 'secret') throw new JsonWebTokenError(`secretOrPublicKey must be an asymmetric key when using ${header.alg}`);
  if (header.alg === 'none' && !signed) return;
  let ok;
  try {
    const input = substring(token, 0, token.length - signature.length - 1);
    ok = sys('jwtVerify', header.alg, bytes, input, typedArrayBuffer(decodePart(signature)));
  } catch (e) {
    throw new JsonWebTokenError(e.message);
  }
  if (!ok) throw new JsonWebTokenError('invalid signature');
}

// verifyClaims checks times and the claims that the options name, in jsonwebtoken's order.
function verifyClaims(payload, options) {
  const seconds = options.clockTimestamp || floor(wallClock() / 1000);
  const tolerance = options.clockTolerance || 0;
  if (payload.nbf !== undefined && !options.ignoreNotBefore) {
    if (typeof payload.nbf !== 'number') throw new JsonWebTokenError('invalid nbf value');
    if (payload.nbf > seconds + tolerance) throw new NotBeforeError('jwt not active', new Date(payload.nbf * 1000));
  }
  if (payload.exp !== undefined && !options.ignoreExpiration) {
    if (typeof payload.exp !== 'number') throw new JsonWebTokenError('invalid exp value');
    if (seconds >= payload.exp + tolerance) throw new TokenExpiredError('jwt expired', new Date(payload.exp * 1000));
  }
  if (options.audience) {
    const wanted = isArray(options.audience) ? options.audience : [options.audience];
    const has = isArray(payload.aud) ? payload.aud : [payload.aud];
    const match = has.some((one) => wanted.some((want) => (want instanceof RegExp ? want.test(one) : want === one)));
    if (!match) throw new JsonWebTokenError('jwt audience invalid. expected: ' + wanted.join(' or '));
  }
  if (options.issuer) {
    const match = typeof options.issuer === 'string' ? payload.iss === options.issuer : isArray(options.issuer) && options.issuer.includes(payload.iss);
    if (!match) throw new JsonWebTokenError('jwt issuer invalid. expected: ' + options.issuer);
  }
  if (options.subject && payload.sub !== options.subject) throw new JsonWebTokenError('jwt subject invalid. expected: ' + options.subject);
  if (options.jwtid && payload.jti !== options.jwtid) throw new JsonWebTokenError('jwt jwtid invalid. expected: ' + options.jwtid);
  if (options.nonce && payload.nonce !== options.nonce) throw new JsonWebTokenError('jwt nonce invalid. expected: ' + options.nonce);
  if (options.maxAge) {
    if (typeof payload.iat !== 'number') throw new JsonWebTokenError('iat required when maxAge is specified');
    const until = timespan(options.maxAge, payload.iat);
    if (until === undefined) throw new JsonWebTokenError('"maxAge" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60');
    if (seconds >= until + tolerance) throw new TokenExpiredError('maxAge exceeded', new Date(until * 1000));
  }
}

// timespan returns from + span: a number of seconds, or text like "2 days", "10h", "500" (milliseconds).
function timespan(span, from) {
  if (typeof span === 'number') return from + span;
  const m = /^(-?(?:\d+)?\.?\d+) *([a-z]+)?$/i.exec('' + span);
  const unit = m && units[toLowerCase(m[2] ?? 'ms')];
  return unit === undefined || unit === null ? undefined : floor(from + parseFloat(m[1]) * unit / 1000);
}

const units = { __proto__: null };
for (const [ms, names] of [[1, 'ms msec msecs millisecond milliseconds'], [1000, 's sec secs second seconds'], [60000, 'm min mins minute minutes'],
  [3600000, 'h hr hrs hour hours'], [86400000, 'd day days'], [604800000, 'w week weeks'], [31557600000, 'y yr yrs year years']]) {
  for (const name of names.split(' ')) units[name] = ms;
}

const claims = { audience: 'aud', issuer: 'iss', subject: 'sub', jwtid: 'jti' };

function sign(payload, key, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options];
  if (callback) return calling(callback, (k) => signed(payload, k, options ?? {}), key);
  return signed(payload, key, options ?? {});
}

function signed(payload, key, options) {
  const algorithm = options.algorithm ?? 'HS256';
  if (!known.includes(algorithm)) throw new Error('"algorithm" must be a valid string enum value');
  if (!key && algorithm !== 'none') throw new Error('secretOrPrivateKey must have a value');
  if (payload === undefined) throw new Error('payload is required');
  const header = { alg: algorithm, typ: typeof payload === 'object' ? 'JWT' : undefined, kid: options.keyid, ...options.header };
  const body = typeof payload === 'object' && bytesOf(payload) === undefined ? claimsFor(payload, options) : textFor(payload, options);
  const input = encodePart(header) + '.' + encodePart(body);
  if (algorithm === 'none') return input + '.';
  const bytes = keyBytes(key, 'secretOrPrivateKey');
  const kind = sys('jwtKind', bytes);
  if (startsWith(algorithm, 'HS') && kind !== 'secret') throw new Error(`secretOrPrivateKey must be a symmetric key when using ${algorithm}`);
  if (!startsWith(algorithm, 'HS') && kind === 'secret') throw new Error(`secretOrPrivateKey must be an asymmetric key when using ${algorithm}`);
  return input + '.' + toBase64(new Uint8Array(sys('jwtSign', algorithm, bytes, input)), base64url);
}

// textFor returns a payload that is no object, for which the options that add claims make no sense.
function textFor(payload, options) {
  for (const name of ['expiresIn', 'notBefore', 'noTimestamp', 'audience', 'issuer', 'subject', 'jwtid']) {
    if (options[name] !== undefined) throw new Error(`invalid ${name} option for ${typeof payload} payload`);
  }
  return '' + payload;
}

function claimsFor(payload, options) {
  const body = options.mutatePayload ? payload : assign({}, payload);
  for (const name of ['iat', 'exp', 'nbf']) {
    if (body[name] !== undefined && typeof body[name] !== 'number') throw new Error(`"${name}" should be a number of seconds`);
  }
  if (body.exp !== undefined && options.expiresIn !== undefined) throw new Error('Bad "options.expiresIn" option the payload already has an "exp" property.');
  if (body.nbf !== undefined && options.notBefore !== undefined) throw new Error('Bad "options.notBefore" option the payload already has an "nbf" property.');
  const issued = body.iat || floor(wallClock() / 1000);
  if (options.noTimestamp) delete body.iat;
  else body.iat = issued;
  for (const [option, claim] of [['notBefore', 'nbf'], ['expiresIn', 'exp']]) {
    if (options[option] === undefined) continue;
    body[claim] = timespan(options[option], issued);
    if (body[claim] === undefined) throw new Error(`"${option}" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60`);
  }
  for (const option of ownKeys(claims)) {
    if (options[option] === undefined) continue;
    if (body[claims[option]] !== undefined) throw new Error(`Bad "options.${option}" option. The payload already has an "${claims[option]}" property.`);
    body[claims[option]] = options[option];
  }
  return body;
}

return { jwt: { decode, verify, sign, JsonWebTokenError, TokenExpiredError, NotBeforeError } };
