// What ethers answers to a list of questions, as JSON: a list of [question, answer]. Used with the library as npm has
// it, in Node, and with the one whose arithmetic is Go's; both have to say the same.
async function answers({ utils, Wallet, wordlists, ...rest }) {
  const { keccak256, sha256, sha512, ripemd160, computeHmac, SigningKey, HDNode } = utils;
  const all = [];
  const ask = async (question, f) => {
    let answer;
    try {
      answer = await f();
    } catch (e) {
      answer = e instanceof TypeError ? e.name : `${e.name}: ${e.message} ${e.code ?? ''}`; // engines word theirs as they like
    }
    all.push([question, answer ?? null]);
  };

  // Pseudo-random bytes, the same everywhere.
  let state = 20261127;
  const byte = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 24;
  const bytes = (n) => Uint8Array.from({ length: n }, byte);
  const hex = (n) => utils.hexlify(bytes(n));

  const N = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
  const below = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140';
  const ones = '0x' + 'ff'.repeat(32), zero = '0x' + '00'.repeat(32), one = utils.hexZeroPad('0x01', 32);

  await ask('names', () => [rest, utils, wordlists].map((object) => Object.keys(object).sort()));
  for (const n of [0, 1, 55, 64, 111, 135, 136, 1000]) {
    const data = bytes(n);
    await ask(`digests of ${n}`, () => [keccak256(data), sha256(data), sha512(data), ripemd160(data)]);
    await ask(`HMAC of ${n}`, () => [computeHmac('sha256', data, bytes(n)), computeHmac('sha512', hex(n), data)]);
  }
  await ask('digest of a list', () => keccak256([1, 2, 255]));
  await ask('digest of text', () => keccak256('abc'));
  await ask('digest of a list of large numbers', () => sha256([256]));
  await ask('digest of nothing', () => ripemd160());
  await ask('HMAC of no algorithm', () => computeHmac('md5', '0x', '0x'));

  for (let i = 0; i < 12; i++) {
    const secret = hex(32), key = new SigningKey(secret), other = new SigningKey(hex(32)), digest = bytes(32), signature = key.signDigest(digest);
    await ask(`key ${i}`, () => [key.publicKey, key.compressedPublicKey, utils.computeAddress(secret), key._addPoint(other.publicKey), key._addPoint(other.compressedPublicKey)]);
    await ask(`signature ${i}`, () => [signature, utils.recoverPublicKey(digest, signature), utils.recoverAddress(utils.hexlify(digest), { r: signature.r, s: signature.s, v: 55 - signature.v })]);
    await ask(`shared ${i}`, () => [key.computeSharedSecret(other.publicKey), other.computeSharedSecret(key.compressedPublicKey)]);
    await ask(`forms ${i}`, () => [key.publicKey, key.compressedPublicKey, secret].flatMap((form) => [utils.computePublicKey(form), utils.computePublicKey(utils.arrayify(form), true)]));
    await ask(`message ${i}`, async () => {
      const wallet = new Wallet(secret), text = hex(i), signed = await wallet.signMessage(text);
      return [signed, utils.verifyMessage(text, signed), await wallet.signTransaction({ to: wallet.address, nonce: i, gasLimit: 21000, gasPrice: 1, chainId: 1 + i })];
    });
  }

  // What is out of the ordinary is the library's own affair.
  const { publicKey, compressedPublicKey } = new SigningKey(one);
  const off = publicKey.slice(0, -2) + '00'; // no point of the curve
  const usual = new SigningKey(one).signDigest(ones);
  const { r } = usual;
  for (const secret of [one, below, N, ones, '0x01', 'text']) {
    await ask(`private key ${secret}`, () => new SigningKey(secret).publicKey);
  }
  await ask('private key 0', () => new SigningKey(zero).publicKey);
  await ask('a digest beyond the order', () => [usual, new SigningKey(N.slice(0, -1) + '2').signDigest(N).r]);
  await ask('a short digest', () => new SigningKey(one).signDigest('0x01'));
  await ask('points off the curve', () => [utils.computePublicKey(off, true), utils.computeAddress(off)]);
  await ask('shared with a point off the curve', () => new SigningKey(one).computeSharedSecret(off));
  await ask('no point', () => utils.computePublicKey('0x02' + 'ff'.repeat(32)));
  await ask('a hybrid point', () => utils.computePublicKey('0x06' + publicKey.slice(4), true));
  await ask('an odd length', () => utils.computePublicKey('0x0203'));
  await ask('a point and itself', () => new SigningKey(one)._addPoint(compressedPublicKey));
  await ask('recover from r = 0', () => utils.recoverPublicKey(one, { r: zero, s: one, v: 27 }));
  await ask('recover from r beyond the order', () => utils.recoverPublicKey(one, { r: ones, s: one, v: 27 }));
  await ask('recover from s = 0', () => utils.recoverPublicKey(one, { r, s: zero, v: 27 }));
  await ask('recover a short digest', () => utils.recoverPublicKey('0x01', usual));
  await ask('verify a cut signature', () => utils.verifyMessage('hi', '0x1234'));

  for (const name of ['vitalik.eth', 'VITALIK.Eth', 'größe.eth', '🏴‍☠️.eth', '_a.b_', 'a_b', 'ab--c.eth', 'xn--ls8h.eth', 'a..b', '', ' ', 'a\u200db', 'ß', 'faß.de', '\ud800', 7]) {
    await ask(`the name ${JSON.stringify(name)}`, () => [utils.namehash(name), utils.isValidName(name), utils.dnsEncode(name)]);
    await ask(`is ${JSON.stringify(name)} a name?`, () => utils.isValidName(name));
  }

  const node = HDNode.fromMnemonic('test test test test test test test test test test test junk');
  await ask('HD keys', () => ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/1", 'm/0'].map((path) => node.derivePath(path).address));
  await ask('a neutered HD key', () => node.neuter().derivePath('m/7').address);
  await ask('a mnemonic with a password', () => HDNode.fromMnemonic(utils.entropyToMnemonic(bytes(16)), 'secret').extendedKey);
  await ask('a seed', () => utils.mnemonicToSeed(utils.entropyToMnemonic(bytes(32)), 'päss'));
  await ask('a wrong mnemonic', () => HDNode.fromMnemonic('test test').address);

  const wallet = new Wallet(one), progress = [];
  const options = { scrypt: { N: 64, r: 2, p: 3 }, iv: bytes(16), salt: bytes(32), uuid: bytes(16) };
  await ask('an encrypted wallet', async () => {
    const { Crypto } = JSON.parse(await wallet.encrypt('password', options, (p) => void progress.push(p)));
    return [Crypto, progress[0], progress.at(-1)];
  });
  await ask('and back', async () => {
    const json = await wallet.encrypt('password', options);
    return [Wallet.fromEncryptedJsonSync(json, 'password').privateKey, (await Wallet.fromEncryptedJson(json, 'password')).address];
  });
  await ask('with a wrong password', async () => (await Wallet.fromEncryptedJson(await wallet.encrypt('a', options), 'b')).address);
  await ask('in one', async () => JSON.parse(await wallet.encrypt('password', { ...options, scrypt: { N: 1, r: 1, p: 1 } })).Crypto);
  await ask('cancelled', () => wallet.encrypt('password', options, () => true));
  await ask('with an odd N', () => wallet.encrypt('a', { ...options, scrypt: { N: 63, r: 2, p: 3 } }));
  // The test vector of the Web3 Secret Storage Definition.
  const vector = {
    crypto: {
      cipher: 'aes-128-ctr', cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46', kdf: 'pbkdf2',
      kdfparams: { c: 262144, dklen: 32, prf: 'hmac-sha256', salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd' },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6', version: 3,
  };
  await ask('PBKDF2', () => Wallet.fromEncryptedJsonSync(JSON.stringify(vector), 'testpassword').privateKey);
  for (const kdfparams of [{ c: 0 }, { c: 2.5 }, { dklen: 100 }, { prf: 'hmac-sha512' }, { prf: 'hmac-md5' }, { dklen: 0 }]) {
    const odd = { ...vector, crypto: { ...vector.crypto, kdfparams: { ...vector.crypto.kdfparams, c: 3, ...kdfparams } } };
    await ask(`PBKDF2 ${JSON.stringify(kdfparams)}`, () => Wallet.fromEncryptedJsonSync(JSON.stringify(odd), 'testpassword').privateKey);
  }
  return all;
}
