package tlv

// Append writes an element with a definite length of as few bytes as possible behind dst. The value is given in pieces.
func Append(dst []byte, tag Tag, value ...[]byte) []byte {
	length := 0
	for _, piece := range value {
		length += len(piece)
	}
	dst = appendTag(dst, tag)
	dst = appendLength(dst, length)
	for _, piece := range value {
		dst = append(dst, piece...)
	}
	return dst
}

// Write is one element on its own.
func Write(tag Tag, value ...[]byte) []byte { return Append(nil, tag, value...) }

func appendTag(dst []byte, tag Tag) []byte {
	for shift := 16; shift > 0; shift -= 8 {
		if tag>>shift != 0 {
			dst = append(dst, byte(tag>>shift))
		}
	}
	return append(dst, byte(tag))
}

func appendLength(dst []byte, length int) []byte {
	if length < 0x80 {
		return append(dst, byte(length))
	}
	n := 1
	for rest := length >> 8; rest > 0; rest >>= 8 {
		n++
	}
	dst = append(dst, 0x80|byte(n))
	for shift := (n - 1) * 8; shift >= 0; shift -= 8 {
		dst = append(dst, byte(length>>shift))
	}
	return dst
}
