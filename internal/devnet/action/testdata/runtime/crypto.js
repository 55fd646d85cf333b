// crypto, with vectors of FIPS 180, RFC 4231, 5869, 6070 (as SHA-256), 7515 (A.2, A.3, A.4), 8032, and NIST's GCM.
const bytes = (hex) => Uint8Array.fromHex(hex);
const hex = (buffer) => new Uint8Array(buffer).toHex();
const utf8 = (s) => new TextEncoder().encode(s);
const url = (s) => Uint8Array.fromBase64(s, { alphabet: 'base64url' });
const s = crypto.subtle;
const random = crypto.getRandomValues(new Uint32Array(8));
equal(random.length === 8 && random.some((n) => n !== 0), true);
throws(() => crypto.getRandomValues(new Uint8Array(65537)), 'QuotaExceededError');
throws(() => crypto.getRandomValues(new Float64Array(1)), 'TypeMismatchError');
throws(() => crypto.getRandomValues([1]), 'TypeMismatchError');
equal(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), true);
equal(crypto.randomUUID() === crypto.randomUUID(), false);
throws(() => new Crypto(), 'TypeError');
throws(() => new CryptoKey(), 'TypeError');
(async () => {
  const abc = utf8('abc');
  equal(hex(await s.digest('SHA-256', abc)), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  equal(hex(await s.digest({ name: 'sha-1' }, abc.buffer)), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  equal(hex(await s.digest('SHA-384', abc)), 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7');
  equal(hex(await s.digest('SHA-512', abc)).slice(0, 32), 'ddaf35a193617abacc417349ae204131');
  await rejects(s.digest('MD5', abc), 'NotSupportedError');
  await rejects(s.digest('SHA-256', 'abc'), 'TypeError');

  const mac = await s.importKey('raw', bytes('0b'.repeat(20)), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
  const tag = await s.sign('HMAC', mac, utf8('Hi There'));
  equal(hex(tag), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
  equal(await s.verify('HMAC', mac, tag, utf8('Hi There')), true);
  equal(await s.verify('HMAC', mac, tag, utf8('Hi there')), false);
  equal([mac.type, mac.algorithm, mac.extractable, mac.usages], ['secret', { name: 'HMAC', hash: { name: 'SHA-256' }, length: 160 }, true, ['sign', 'verify']]);
  equal((await s.exportKey('jwk', mac)).k, 'CwsLCwsLCwsLCwsLCwsLCwsLCws');
  const closed = await s.importKey('raw', bytes('0b'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  await rejects(s.exportKey('raw', closed), 'InvalidAccessError');
  await rejects(s.verify('HMAC', closed, tag, abc), 'InvalidAccessError');

  const jws = (text) => {
    const [h, p, sig] = text.split('.');
    return [url(sig), utf8(h + '.' + p)];
  };
  const payload = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
  const es = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' };
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const ec = await s.importKey('jwk', es, ecdsa, true, ['verify']);
  const [sig, text] = jws(`eyJhbGciOiJFUzI1NiJ9.${payload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`);
  equal(await s.verify(ecdsa, ec, sig, text), true);
  equal(await s.verify(ecdsa, ec, sig, utf8('other')), false);
  equal(await s.verify(ecdsa, ec, sig.subarray(1), text), false);
  const raw = await s.exportKey('raw', ec);
  equal(await s.verify(ecdsa, await s.importKey('raw', raw, ecdsa, true, ['verify']), sig, text), true);
  const spki = await s.exportKey('spki', ec);
  equal((await s.exportKey('jwk', await s.importKey('spki', spki, ecdsa, true, ['verify']))).x, es.x);
  await rejects(s.importKey('jwk', { ...es, y: es.x }, ecdsa, true, ['verify']), 'DataError');
  await rejects(s.importKey('raw', abc, ecdsa, true, ['verify']), 'DataError');

  const rs = { kty: 'RSA', e: 'AQAB', n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ' };
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const [rsig, rtext] = jws(`eyJhbGciOiJSUzI1NiJ9.${payload}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`);
  const rk = await s.importKey('jwk', rs, rsa, true, ['verify']);
  equal(await s.verify(rsa, rk, rsig, rtext), true);
  rsig[5] ^= 1;
  equal(await s.verify(rsa, rk, rsig, rtext), false);

  const ed = await s.importKey('raw', bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'), 'Ed25519', true, ['verify']);
  equal(await s.verify('Ed25519', ed, bytes('92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'), bytes('72')), true);

  const gcm = await s.importKey('raw', bytes('feffe9928665731c6d6a8f9467308308'), 'AES-GCM', true, ['encrypt', 'decrypt']);
  const params = { name: 'AES-GCM', iv: bytes('cafebabefacedbaddecaf888'), additionalData: bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2') };
  const plain = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
  const sealed = await s.encrypt(params, gcm, bytes(plain));
  equal(hex(sealed).slice(-32), '5bc94fbc3221a5db94fae95ae7121a47');
  equal(hex(await s.decrypt(params, gcm, sealed)), plain);
  await rejects(s.decrypt({ ...params, iv: new Uint8Array(12) }, gcm, sealed), 'OperationError');
  for (const name of ['AES-CBC', 'AES-CTR']) {
    const key = await s.generateKey({ name, length: 256 }, true, ['encrypt', 'decrypt']);
    const with16 = { name, iv: new Uint8Array(16), counter: new Uint8Array(16), length: 64 };
    equal(hex(await s.decrypt(with16, key, await s.encrypt(with16, key, abc))), '616263');
  }

  const pw = await s.importKey('raw', utf8('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
  const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8('salt'), iterations: 4096 };
  equal(hex(await s.deriveBits(pbkdf2, pw, 256)), 'c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a');
  equal((await s.deriveKey(pbkdf2, pw, { name: 'AES-GCM', length: 128 }, true, ['encrypt'])).algorithm, { name: 'AES-GCM', length: 128 });
  await rejects(s.deriveBits({ ...pbkdf2, iterations: 1e9 }, pw, 256), 'OperationError');
  const ikm = await s.importKey('raw', bytes('0b'.repeat(22)), 'HKDF', false, ['deriveBits']);
  equal(hex(await s.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: bytes('000102030405060708090a0b0c'), info: bytes('f0f1f2f3f4f5f6f7f8f9') }, ikm, 336)),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865');

  for (const algorithm of [ecdsa, { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }, { name: 'Ed25519' }]) {
    const { publicKey, privateKey } = await s.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await s.sign(algorithm, privateKey, abc);
    equal(await s.verify(algorithm, publicKey, made, abc), true);
    const again = await s.importKey('jwk', await s.exportKey('jwk', privateKey), algorithm, true, ['sign']);
    equal(await s.verify(algorithm, publicKey, await s.sign(algorithm, again, abc), abc), true);
    equal([publicKey.usages, privateKey.usages], [['verify'], ['sign']]);
  }
  await rejects(s.importKey('raw', abc, 'DES', true, []), 'NotSupportedError');
  await rejects(s.importKey('raw', abc, 'AES-GCM', true, []), 'DataError');
})();
