package wsq

import "math"

// decimal is a number as the tables write it: mantissa x 10^-exponent.
type decimal struct {
	exponent uint8
	mantissa uint16
}

// maxExponent bounds the decimal exponents that are read: 10^-20 is far below anything that a quantiser or a pixel needs.
const maxExponent = 20

// value is the number.
func (d decimal) value() float64 { return float64(d.mantissa) / math.Pow10(int(d.exponent)) }

// toDecimal is v, which is not negative, with as many digits as the mantissa holds. Larger than the mantissa: its largest.
func toDecimal(v float64) decimal {
	if !(v > 0) {
		return decimal{}
	}
	d := decimal{}
	for d.exponent < maxExponent && math.Round(v*10) < math.MaxUint16 {
		v *= 10
		d.exponent++
	}
	d.mantissa = uint16(min(math.Round(v), math.MaxUint16))
	return d
}
