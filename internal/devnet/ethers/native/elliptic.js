// The part of elliptic that ethers uses. The node answers what is ordinary: private keys from 1 to n-1, points of the
// curve. For all else it answers nothing, and elliptic itself does what it always did, whatever that is.
import { EC as Elliptic } from "@ethersproject/signing-key/lib.esm/elliptic.js";

let made;
const elliptic = () => (made ??= new Elliptic("secp256k1"));

const hex = (bytes) => bytes.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
const number = (bytes) => BigInt(`0x${hex(bytes)}`);

/** A point of the curve that is not its zero, 65 bytes. */
class Point {
  constructor(bytes) {
    this.bytes = bytes;
  }

  encode(encoding, compressed) {
    const { bytes } = this;
    return hex(compressed ? [2 + (bytes[64] & 1), ...bytes.slice(1, 33)] : bytes);
  }

  encodeCompressed(encoding) {
    return this.encode(encoding, true);
  }

  add(other) {
    const sum = other instanceof Point && native("add", this.bytes, other.bytes);
    return sum ? new Point(sum) : elliptic().curve.decodePoint(this.bytes).add(theirs(other));
  }
}

/** A point as elliptic knows it. */
const theirs = (point) => (point instanceof Point ? elliptic().curve.decodePoint(point.bytes) : point);

class PublicKey {
  constructor(point) {
    this.pub = point;
  }

  getPublic(compressed, encoding) {
    return encoding ? this.pub.encode(encoding, compressed) : this.pub;
  }
}

class PrivateKey extends PublicKey {
  constructor(secret, point) {
    super(point);
    this.secret = secret;
  }

  sign(digest, options) {
    const signature = native("sign", digest, this.secret);
    return signature
      ? { r: number(signature.slice(0, 32)), s: number(signature.slice(32, 64)), recoveryParam: signature[64] }
      : elliptic().keyFromPrivate(this.secret).sign(digest, options);
  }

  derive(point) {
    const shared = point instanceof Point && native("ecdh", this.secret, point.bytes);
    return shared ? number(shared) : elliptic().keyFromPrivate(this.secret).derive(theirs(point));
  }
}

export class EC {
  keyFromPrivate(secret) {
    const point = native("publicKey", secret);
    if (point) {
      return new PrivateKey(secret, new Point(point));
    }
    const pair = elliptic().keyFromPrivate(secret);
    const derive = pair.derive.bind(pair);
    return Object.assign(pair, { derive: (other) => derive(theirs(other)) });
  }

  keyFromPublic(bytes) {
    const point = native("point", bytes);
    if (point) {
      return new PublicKey(new Point(point));
    }
    const pair = elliptic().keyFromPublic(bytes);
    const { pub } = pair;
    const add = pub.add.bind(pub);
    pub.add = (other) => add(theirs(other));
    return pair;
  }

  recoverPubKey(digest, signature, recoveryParam) {
    const point = native("recover", digest, signature.r, signature.s, recoveryParam);
    return point ? new Point(point) : elliptic().recoverPubKey(digest, signature, recoveryParam);
  }
}
