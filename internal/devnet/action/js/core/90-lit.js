// Lit.Actions. Arguments are read once; Go gets text, numbers and bytes of them.
function text(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}

// bytes returns an array of numbers or a BufferSource as an ArrayBuffer.
function bytes(value, name) {
  if (isArray(value)) {
    const copy = new Uint8Array(value.length);
    for (let i = 0; i < value.length; i++) {
      const n = value[i];
      if (typeof n !== 'number' || n !== (n & 255)) throw new TypeError(`${name} must hold bytes`);
      copy[i] = n;
    }
    return typedArrayBuffer(copy);
  }
  return bufferOf(typeof value === 'object' && value !== null ? value : undefined, name);
}

// ask waits for Go and returns its value.
const ask = async (op, ...args) => (await laterAs(nextId(), op, ...args)).value;

const sign = (scheme) => async ({ toSign, publicKey, sigName }) => {
  sys('maySign');
  return ask('sign', scheme, bytes(toSign, 'toSign'), text(publicKey, 'publicKey'), text(sigName, 'sigName'));
};

const Actions = {
  setResponse({ response }) {
    text(response, 'response');
    if (response.length > config.response) throw new Error(`Response is too long. Max length is ${config.response} bytes`);
    sys('setResponse', response);
  },

  async isPermittedAction({ tokenId, ipfsId }) { return ask('isPermittedAction', text(tokenId, 'tokenId'), text(ipfsId, 'ipfsId')); },
  async isPermittedAddress({ tokenId, address }) { return ask('isPermittedAddress', text(tokenId, 'tokenId'), text(address, 'address')); },
  async isPermittedAuthMethod({ tokenId, authMethodType, userId }) {
    return ask('isPermittedAuthMethod', text(tokenId, 'tokenId'), '' + authMethodType, bytes(userId, 'userId'));
  },
  async getPermittedActions({ tokenId }) { return ask('getPermittedActions', text(tokenId, 'tokenId')); },
  async getPermittedAddresses({ tokenId }) { return ask('getPermittedAddresses', text(tokenId, 'tokenId')); },
  async getPermittedAuthMethods({ tokenId }) { return ask('getPermittedAuthMethods', text(tokenId, 'tokenId')); },
  async getPermittedAuthMethodScopes({ tokenId, authMethodType, userId, maxScopeId = 100 }) {
    return ask('getPermittedAuthMethodScopes', text(tokenId, 'tokenId'), '' + authMethodType, bytes(userId, 'userId'), '' + maxScopeId);
  },
  async pubkeyToTokenId({ publicKey }) { return sys('pubkeyToTokenId', text(publicKey, 'publicKey')); },

  async getLatestNonce({ address, chain }) { return ask('getLatestNonce', text(address, 'address'), text(chain, 'chain')); },
  async getRpcUrl({ chain }) { return ask('getRpcUrl', text(chain, 'chain')); },
  async callContract({ chain, txn }) { return ask('callContract', text(chain, 'chain'), text(txn, 'txn')); },

  async call({ ipfsId, params }) { return ask('call', text(ipfsId, 'ipfsId'), params === undefined ? null : JSONStringify(params)); },

  async checkConditions({ conditions, authSig, chain }) {
    return ask('checkConditions', JSONStringify(conditions), JSONStringify(authSig ?? null), text(chain, 'chain'));
  },

  signEcdsa: sign('sign'),
  signAndCombineEcdsa: sign('combine'),
  async ethPersonalSignMessageEcdsa({ message, publicKey, sigName }) {
    sys('maySign');
    const digest = sys('personalDigest', bytes(typeof message === 'string' ? utf8(message) : message, 'message'));
    return ask('sign', 'sign', digest, text(publicKey, 'publicKey'), text(sigName, 'sigName'));
  },
  async claimKey({ keyId }) { return ask('claimKey', text(keyId, 'keyId')); },

  async runOnce({ waitForResponse = true, name = 'default' }, fn) {
    if (typeof fn !== 'function') throw new TypeError('runOnce needs a function');
    text(name, 'name');
    const elected = await ask('elected', name);
    let answer = '';
    if (elected) {
      answer = await fn();
      answer = answer === undefined ? '' : typeof answer === 'string' ? answer : JSONStringify(answer);
      if (waitForResponse) await ask('publish', name, answer);
    } else if (waitForResponse) {
      answer = await ask('await', name);
    }
    return answer;
  },
  async broadcastAndCollect({ name, value }) { return ask('broadcastAndCollect', text(name, 'name'), text(value, 'value')); },

  async encrypt() { return ask('encrypt'); },
  async decryptAndCombine() { return ask('decrypt'); },
  async decryptToSingleNode() { return ask('decryptOnce'); },
  async aesDecrypt({ symmetricKey, ciphertext }) {
    return sys('aesDecrypt', bytes(symmetricKey, 'symmetricKey'), bytes(ciphertext, 'ciphertext'));
  },

  uint8arrayToString(array, encoding = 'utf8') { return sys('bytesToString', bytes(array, 'array'), '' + encoding); },
  uint8arrayFromString(string, encoding = 'utf8') { return new Uint8Array(sys('stringToBytes', text(string, 'string'), '' + encoding)); },
};
