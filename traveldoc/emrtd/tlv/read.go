package tlv

// read reads the element at the start of data, which stands at offset of what the caller was given.
func read(data []byte, offset, depth int) (Element, error) {
	tag, n, err := readTag(data, offset)
	if err != nil {
		return Element{}, err
	}
	length, m, err := readLength(data[n:], offset+n)
	if err != nil {
		return Element{}, err
	}
	header := n + m
	if length == indefinite {
		return readIndefinite(data, tag, header, offset, depth)
	}
	if length > len(data)-header {
		return Element{}, failf(offset, "tag %v: length %d, %d bytes left", tag, length, len(data)-header)
	}
	whole := header + length
	return Element{Tag: tag, Value: data[header:whole:whole], Raw: data[:whole:whole], Offset: offset, header: header}, nil
}

// readIndefinite finds the end mark (two zero bytes) behind the elements that the value holds (X.690, 8.1.3.6).
func readIndefinite(data []byte, tag Tag, header, offset, depth int) (Element, error) {
	switch {
	case !tag.Constructed():
		return Element{}, failf(offset, "tag %v: indefinite length of a primitive element", tag)
	case depth == MaxDepth:
		return Element{}, failf(offset, "tag %v: nested deeper than %d", tag, MaxDepth)
	}
	at := header
	for count := 0; ; count++ {
		if len(data)-at >= 2 && data[at] == 0 && data[at+1] == 0 {
			whole := at + 2
			return Element{Tag: tag, Value: data[header:at:at], Raw: data[:whole:whole], Offset: offset, header: header}, nil
		}
		if count == MaxElements {
			return Element{}, failf(offset, "tag %v: more than %d elements", tag, MaxElements)
		}
		child, err := read(data[at:], offset+at, depth+1)
		if err != nil {
			return Element{}, err
		}
		at += len(child.Raw)
	}
}

// readTag reads a tag of one to three bytes and gives how many they were.
func readTag(data []byte, offset int) (Tag, int, error) {
	if len(data) == 0 {
		return 0, 0, failf(offset, "expected a tag, nothing left")
	}
	tag := Tag(data[0])
	if tag&0x1F != 0x1F {
		return tag, 1, nil
	}
	for n := 1; n < len(data); n++ {
		tag = tag<<8 | Tag(data[n])
		switch {
		case tag > maxTag:
			return 0, 0, failf(offset, "tag of more than 3 bytes")
		case data[n]&0x80 == 0:
			return tag, n + 1, nil
		}
	}
	return 0, 0, failf(offset, "tag cut short")
}

const indefinite = -1

// readLength reads a length of one to five bytes (X.690, 8.1.3) and gives how many they were.
func readLength(data []byte, offset int) (length, n int, err error) {
	if len(data) == 0 {
		return 0, 0, failf(offset, "expected a length, nothing left")
	}
	first := data[0]
	switch {
	case first < 0x80:
		return int(first), 1, nil
	case first == 0x80:
		return indefinite, 1, nil
	case first > 0x84:
		return 0, 0, failf(offset, "length of %d bytes: expected at most 4", first&0x7F)
	}
	n = int(first & 0x7F)
	if len(data) < 1+n {
		return 0, 0, failf(offset, "length cut short")
	}
	var value uint64
	for _, b := range data[1 : 1+n] {
		value = value<<8 | uint64(b)
	}
	if value > 1<<31-1 {
		return 0, 0, failf(offset, "length %d: expected less than 2^31", value)
	}
	return int(value), 1 + n, nil
}

// ReadTag reads a tag alone, as the list of tags of a file (5C) holds them, and gives how many bytes it took.
func ReadTag(data []byte) (Tag, int, error) { return readTag(data, 0) }
