// ethers: the library, with a function through which it leaves its arithmetic to Go. Go answers with bytes, or with
// nothing where the library has to see for itself.
function native(name, ...args) {
  const values = [];
  for (let i = 0; i < args.length; i++) {
    const value = args[i], bytes = typeof value === 'object' && value !== null ? bytesOf(value) : undefined;
    push(values, bytes === undefined ? value : typedArrayBuffer(new Uint8Array(bytes)));
  }
  const answer = apply(sys, undefined, ['native', name, ...values]);
  return answer === undefined ? undefined : new Uint8Array(answer);
}

function load() {
  const library = sys('ethers');
  try {
    return apply(library, globalThis, [native]);
  } catch (e) {
    throw new Error('load ethers: ' + (isError(e) ? errorToString(e) : e));
  }
}

return { ethers: load() };
