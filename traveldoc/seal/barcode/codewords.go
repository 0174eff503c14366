package barcode

import "fmt"

// codewords decodes the data codewords of a Data Matrix code (ISO/IEC 16022, 5.2) to the bytes that were encoded. The library's own
// decoder makes characters of some bytes and not of others, and loses the upper shift in C40; a seal would then seem forged.
func codewords(data []byte) ([]byte, error) {
	d := wordDecoder{data: data}
	for d.at < len(d.data) && !d.ended {
		if err := d.ascii(); err != nil {
			return nil, err
		}
	}
	return append(d.out, d.trailer...), nil
}

// Codewords that are no characters in the ASCII mode.
const (
	wordPad         = 129
	wordDigits      = 130 // to 229: two digits
	wordC40         = 230
	wordBase256     = 231
	wordFNC1        = 232
	wordAppend      = 233 // structured append: three more codewords tell which symbol this is
	wordProgramming = 234
	wordUpper       = 235
	wordMacro5      = 236
	wordMacro6      = 237
	wordX12         = 238
	wordText        = 239
	wordEDIFACT     = 240
	wordECI         = 241
	wordUnlatch     = 254
	separator       = 0x1D // what FNC1 stands for
)

type wordDecoder struct {
	data    []byte
	at      int
	out     []byte
	trailer []byte
	upper   bool // the next character is 128 higher
	ended   bool
}

func (d *wordDecoder) put(c byte) {
	if d.upper {
		c += 128
		d.upper = false
	}
	d.out = append(d.out, c)
}

// next is the next codeword; 0, which none is in the ASCII mode, at the end.
func (d *wordDecoder) next() byte {
	if d.at >= len(d.data) {
		return 0
	}
	d.at++
	return d.data[d.at-1]
}

// ascii decodes one codeword of the ASCII mode, with what it leads to.
func (d *wordDecoder) ascii() error {
	first := d.at == 0
	w := d.next()
	switch {
	case w == 0:
		return fmt.Errorf("codeword %d is 0", d.at)
	case w < wordPad:
		d.put(w - 1)
	case w == wordPad:
		d.ended = true
	case w < wordC40:
		n := w - wordDigits
		d.out = append(d.out, '0'+n/10, '0'+n%10)
	case w == wordUpper:
		d.upper = true
	case w == wordFNC1 && !first:
		d.out = append(d.out, separator)
	case w == wordFNC1, w == wordProgramming:
	case w == wordAppend:
		d.at = min(d.at+3, len(d.data))
	case w == wordMacro5, w == wordMacro6:
		d.out = append(d.out, "[)>\x1E0"...)
		d.out = append(d.out, '5'+w-wordMacro5, separator)
		d.trailer = []byte("\x1E\x04")
	case w == wordECI:
		d.designator()
	default:
		return d.latched(w)
	}
	return nil
}

func (d *wordDecoder) latched(w byte) error {
	switch w {
	case wordC40:
		return d.triples(c40Set)
	case wordText:
		return d.triples(textSet)
	case wordX12:
		return d.triples(x12Set)
	case wordEDIFACT:
		d.edifact()
		return nil
	case wordBase256:
		return d.base256()
	case wordUnlatch:
		return nil // some encoders end with it
	}
	return fmt.Errorf("codeword %d is %d", d.at, w)
}

// designator skips which character set the text is in: bytes are wanted.
func (d *wordDecoder) designator() {
	switch w := d.next(); {
	case w >= 192:
		d.at = min(d.at+2, len(d.data))
	case w >= 128:
		d.at = min(d.at+1, len(d.data))
	}
}

type set uint8

const (
	c40Set set = iota
	textSet
	x12Set
)

// triples decodes pairs of codewords of three values each, up to the unlatch or a last single codeword.
func (d *wordDecoder) triples(s set) error {
	shift := byte(0)
	for len(d.data)-d.at >= 2 {
		if d.data[d.at] == wordUnlatch {
			d.at++
			return nil
		}
		n := int(d.next())<<8 + int(d.next()) - 1
		if n < 0 || n >= 64000 {
			return fmt.Errorf("codewords %d and %d are no three values", d.at-1, d.at)
		}
		for _, v := range [3]byte{byte(n / 1600), byte(n / 40 % 40), byte(n % 40)} {
			var err error
			if shift, err = d.value(s, shift, v); err != nil {
				return err
			}
		}
	}
	if d.at < len(d.data) && d.data[d.at] == wordUnlatch {
		d.at++
	}
	return nil
}

// value decodes one value of 0 to 39 under the shift before it, and gives the shift for the next.
func (d *wordDecoder) value(s set, shift, v byte) (byte, error) {
	if s == x12Set {
		return 0, d.x12(v)
	}
	switch shift {
	case 0:
		if v < 3 {
			return v + 1, nil
		}
		d.basic(s, v)
	case 1:
		if v > 31 {
			return 0, fmt.Errorf("codeword %d: value %d under shift 1", d.at, v)
		}
		d.put(v)
	case 2:
		return 0, d.shift2(v)
	default:
		d.shift3(s, v)
	}
	return 0, nil
}

func (d *wordDecoder) basic(s set, v byte) {
	switch {
	case v == 3:
		d.put(' ')
	case v < 14:
		d.put('0' + v - 4)
	case s == textSet:
		d.put('a' + v - 14)
	default:
		d.put('A' + v - 14)
	}
}

func (d *wordDecoder) shift2(v byte) error {
	const characters = "!\"#$%&'()*+,-./:;<=>?@[\\]^_"
	switch {
	case int(v) < len(characters):
		d.put(characters[v])
	case v == 27:
		d.out = append(d.out, separator)
	case v == 30:
		d.upper = true
	default:
		return fmt.Errorf("codeword %d: value %d under shift 2", d.at, v)
	}
	return nil
}

func (d *wordDecoder) shift3(s set, v byte) {
	switch {
	case s == c40Set:
		d.put((96 + v) & 0x7F)
	case v == 0:
		d.put('`')
	case v < 27:
		d.put('A' + v - 1)
	default:
		d.put((96 + v) & 0x7F)
	}
}

func (d *wordDecoder) x12(v byte) error {
	switch {
	case v < 3:
		d.put("\r*>"[v])
	default:
		d.basic(c40Set, v)
	}
	return nil
}

// edifact decodes four values of six bits in three codewords; fewer than three at the end are of the ASCII mode.
func (d *wordDecoder) edifact() {
	for len(d.data)-d.at >= 3 {
		word := int(d.data[d.at])<<16 | int(d.data[d.at+1])<<8 | int(d.data[d.at+2])
		for i := range 4 {
			v := byte(word >> (18 - 6*i) & 0x3F)
			if v == 31 {
				d.at += (6*(i+1) + 7) / 8 // the rest of the codeword is empty
				return
			}
			if v&0x20 == 0 {
				v |= 0x40
			}
			d.put(v)
		}
		d.at += 3
	}
}

// base256 decodes bytes, which are disguised by their place.
func (d *wordDecoder) base256() error {
	plain := func() byte {
		w := d.next()
		return w - byte(149*d.at%255+1) //nolint:gosec // at most 255
	}
	length := int(plain())
	switch {
	case length == 0:
		length = len(d.data) - d.at
	case length >= 250:
		length = 250*(length-249) + int(plain())
	}
	if length > len(d.data)-d.at {
		return fmt.Errorf("%d bytes from codeword %d: expected at most %d", length, d.at+1, len(d.data)-d.at)
	}
	for range length {
		d.out = append(d.out, plain())
	}
	return nil
}
