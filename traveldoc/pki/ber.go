package pki

import "fmt"

// maxDepth bounds how deep elements may lie in one another; a SignedData of a passport needs about 12.
const maxDepth = 48

// DER gives BER with definite lengths and joined strings (X.690, 10.1 and 10.2), and whether anything had to be changed: what has neither
// comes back as it is, byte for byte, so that signatures over parts of it hold. Bytes after the first element are kept.
// The error is a *SyntaxError.
func DER(ber []byte) (der []byte, changed bool, err error) {
	n, changed, err := scan(ber, 0, 0)
	if err != nil || !changed {
		return ber, false, err
	}
	out, _, err := rewrite(make([]byte, 0, len(ber)), ber[:n], 0)
	if err != nil {
		return nil, false, err
	}
	return append(out, ber[n:]...), true, nil
}

// isString says whether a constructed element with this tag is a string in parts.
func isString(tag byte) bool {
	switch tag &^ constructed {
	case tagBitString, tagOctetString, tagUTF8, tagPrintable, tagTeletex, tagIA5, tagUTCTime, tagGeneralizedTime, tagUniversal, tagBMP:
		return tag&constructed != 0
	}
	return false
}

// scan walks over the element that data begins with: its whole length, and whether it needs rewriting. Every byte is looked at once.
func scan(data []byte, offset, depth int) (n int, needs bool, err error) {
	head, body, problem := header(data)
	switch {
	case problem != "":
		return 0, false, &SyntaxError{offset, "element", problem}
	case depth > maxDepth:
		return 0, false, &SyntaxError{offset, "element", fmt.Sprintf("at most %d levels", maxDepth)}
	case body > len(data)-head:
		return 0, false, &SyntaxError{offset, "element", fmt.Sprintf("%d bytes of content, %d are left", body, len(data)-head)}
	case data[0]&constructed == 0 && body < 0:
		return 0, false, &SyntaxError{offset, "element", "a definite length of what holds no elements"}
	case data[0]&constructed == 0:
		return head + body, false, nil
	}
	needs = body < 0 || isString(data[0])
	end := head + body
	if body < 0 {
		end = len(data)
	}
	for n = head; ; {
		switch {
		case body < 0 && len(data)-n >= 2 && data[n] == 0 && data[n+1] == 0:
			return n + 2, true, nil
		case body >= 0 && n == end:
			return n, needs, nil
		}
		size, inner, err := scan(data[n:end], offset+n, depth+1)
		if err != nil {
			return 0, false, err
		}
		n, needs = n+size, needs || inner
	}
}

// rewrite appends the element that data begins with, in DER; scan has checked it. n is the length read.
func rewrite(out, data []byte, depth int) (_ []byte, n int, err error) {
	n, needs, err := scan(data, 0, depth)
	if err != nil {
		return nil, 0, err
	}
	if !needs {
		return append(out, data[:n]...), n, nil
	}
	head, body, _ := header(data)
	parts := data[head:n]
	if body < 0 {
		parts = data[head : n-2]
	}
	var content []byte
	for len(parts) > 0 {
		var size int
		if content, size, err = rewrite(content, parts, depth+1); err != nil {
			return nil, 0, err
		}
		parts = parts[size:]
	}
	if !isString(data[0]) {
		return append(appendHeader(out, data[0], len(content)), content...), n, nil
	}
	tag := data[0] &^ constructed
	if content, err = joined(content, tag); err != nil {
		return nil, 0, err
	}
	return append(appendHeader(out, tag, len(content)), content...), n, nil
}

// joined puts the parts of a string together. The parts of a BIT STRING begin with their count of unused bits, 0 but in the last.
func joined(parts []byte, tag byte) ([]byte, error) {
	c := &cursor{data: parts}
	var out []byte
	unused := byte(0)
	for !c.empty() {
		part, err := c.any("part of a string")
		switch {
		case err != nil:
			return nil, err
		case part.tag != tag && part.tag != tagOctetString:
			return nil, &SyntaxError{part.offset, "part of a string", tagName(tag)}
		case tag != tagBitString:
			out = append(out, part.body...)
			continue
		case len(part.body) == 0 || unused != 0 || part.body[0] > 7:
			return nil, &SyntaxError{part.offset, "part of a BIT STRING", "whole bytes but in the last part"}
		}
		unused = part.body[0]
		out = append(out, part.body[1:]...)
	}
	if tag == tagBitString {
		out = append([]byte{unused}, out...)
	}
	return out, nil
}

// appendHeader writes tag and length in DER.
func appendHeader(out []byte, tag byte, length int) []byte {
	out = append(out, tag)
	switch {
	case length < 0x80:
		return append(out, byte(length)) //nolint:gosec // below 128
	case length < 1<<8:
		return append(out, 0x81, byte(length))
	case length < 1<<16:
		return append(out, 0x82, byte(length>>8), byte(length)) //nolint:gosec // the low bytes are meant
	case length < 1<<24:
		return append(out, 0x83, byte(length>>16), byte(length>>8), byte(length)) //nolint:gosec // the low bytes are meant
	}
	return append(out, 0x84, byte(length>>24), byte(length>>16), byte(length>>8), byte(length)) //nolint:gosec // lengths have 4 bytes at most
}
