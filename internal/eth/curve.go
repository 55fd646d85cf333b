package eth

import "math/big"

// curve is secp256k1: y² = x³ + 7 modulo p, a group of prime order n. It is
// for public values only. math/big is in the module anyway, while the usual
// implementations bring tables of most of a megabyte.
//
// Source: SEC 2, section 2.4.1.
type curve struct {
	p, n *big.Int
	fold *big.Int // 2²⁵⁶ − p
	mask *big.Int // 2²⁵⁶ − 1
	high big.Int  // scratch of reduce
}

// point is a point in Jacobian coordinates, (x/z², y/z³); z = 0 is infinity.
type point struct{ x, y, z *big.Int }

func newCurve() *curve {
	power := new(big.Int).Lsh(big.NewInt(1), 256)
	fold := big.NewInt(1<<32 + 977)
	n, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	return &curve{
		p:    new(big.Int).Sub(power, fold),
		n:    n,
		fold: fold,
		mask: new(big.Int).Sub(power, big.NewInt(1)),
	}
}

func (c *curve) generator() point {
	x, _ := new(big.Int).SetString("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 16)
	y, _ := new(big.Int).SetString("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8", 16)
	return point{x, y, big.NewInt(1)}
}

// lift returns the point with this x whose y is odd or even; ok is false if
// there is none.
func (c *curve) lift(x *big.Int, odd bool) (p point, ok bool) {
	square := c.rightSide(x)
	y := new(big.Int).ModSqrt(square, c.p)
	if y == nil {
		return point{}, false
	}
	if (y.Bit(0) == 1) != odd {
		y.Sub(c.p, y)
	}
	return point{x, y, big.NewInt(1)}, true
}

// rightSide returns x³ + 7.
func (c *curve) rightSide(x *big.Int) *big.Int {
	cube := c.mul(c.mul(x, x), x)
	return cube.Add(cube, big.NewInt(7)).Mod(cube, c.p)
}

// sum returns a·P + b·Q, going through the bits of both at once.
func (c *curve) sum(a *big.Int, p point, b *big.Int, q point) point {
	both := c.add(p, q)
	total := point{big.NewInt(1), big.NewInt(1), new(big.Int)}
	for i := max(a.BitLen(), b.BitLen()) - 1; i >= 0; i-- {
		total = c.double(total)
		switch a.Bit(i)<<1 | b.Bit(i) {
		case 1:
			total = c.add(total, q)
		case 2:
			total = c.add(total, p)
		case 3:
			total = c.add(total, both)
		}
	}
	return total
}

// double is dbl-2009-l of the Explicit-Formulas Database, for curves with a = 0.
func (c *curve) double(p point) point {
	a, b := c.mul(p.x, p.x), c.mul(p.y, p.y)
	cc := c.mul(b, b)
	d := c.square(new(big.Int).Add(p.x, b))
	d = c.sub(d, new(big.Int).Add(a, cc))
	d.Lsh(d, 1)
	e := new(big.Int).Add(new(big.Int).Lsh(a, 1), a)
	x := c.sub(c.square(e), new(big.Int).Lsh(d, 1))
	y := c.sub(c.mul(e, c.sub(d, x)), cc.Lsh(cc, 3))
	z := c.mul(p.y, p.z)
	return point{x, y, c.reduce(z.Lsh(z, 1))}
}

// add is add-1998-cmo-2 of the same place, and works for all pairs.
func (c *curve) add(p, q point) point {
	switch {
	case p.z.Sign() == 0:
		return q
	case q.z.Sign() == 0:
		return p
	}
	zz1, zz2 := c.square(p.z), c.square(q.z)
	u1, u2 := c.mul(p.x, zz2), c.mul(q.x, zz1)
	s1, s2 := c.mul(p.y, c.mul(q.z, zz2)), c.mul(q.y, c.mul(p.z, zz1))
	h, r := c.sub(u2, u1), c.sub(s2, s1)
	if h.Sign() == 0 {
		if r.Sign() == 0 {
			return c.double(p)
		}
		return point{big.NewInt(1), big.NewInt(1), new(big.Int)}
	}
	hh := c.square(h)
	hhh := c.mul(h, hh)
	v := c.mul(u1, hh)
	x := c.sub(c.square(r), new(big.Int).Add(hhh, new(big.Int).Lsh(v, 1)))
	y := c.sub(c.mul(r, c.sub(v, x)), c.mul(s1, hhh))
	return point{x, y, c.mul(h, c.mul(p.z, q.z))}
}

// affine returns the coordinates; ok is false for infinity.
func (c *curve) affine(p point) (x, y *big.Int, ok bool) {
	if p.z.Sign() == 0 {
		return nil, nil, false
	}
	inverse := new(big.Int).ModInverse(p.z, c.p)
	square := c.square(inverse)
	return c.mul(p.x, square), c.mul(p.y, c.mul(square, inverse)), true
}

func (c *curve) mul(a, b *big.Int) *big.Int { return c.reduce(new(big.Int).Mul(a, b)) }

func (c *curve) square(a *big.Int) *big.Int { return c.mul(a, a) }

// sub returns a − b, where b is less than 16 p.
func (c *curve) sub(a, b *big.Int) *big.Int {
	difference := new(big.Int).Sub(a, b)
	if difference.Sign() < 0 {
		difference.Add(difference, new(big.Int).Lsh(c.p, 4))
	}
	return c.reduce(difference)
}

// reduce brings a number from 0 up below p, in place. Since 2²⁵⁶ is fold
// modulo p, what stands above 256 bits is multiplied down, which is much less
// work than a division.
func (c *curve) reduce(a *big.Int) *big.Int {
	for a.BitLen() > 256 {
		c.high.Rsh(a, 256)
		c.high.Mul(&c.high, c.fold)
		a.And(a, c.mask)
		a.Add(a, &c.high)
	}
	if a.Cmp(c.p) >= 0 {
		a.Sub(a, c.p)
	}
	return a
}
