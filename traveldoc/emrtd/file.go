package emrtd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// MaxFile is the size of the largest file that is read, in bytes. Real portraits stay below 64 KiB.
const MaxFile = 1 << 20

// The names of the files that are no data group, as reader.Chip gives them.
const (
	FileCOM        = "COM"
	FileSOD        = "SOD"
	FileCardAccess = "CardAccess"
)

// Groups is how many data groups there are: DG1 to DG16.
const Groups = 16

// groupTags are the tags of DG1 to DG16 (Doc 9303-10, table 33).
func groupTags() [Groups]tlv.Tag {
	return [Groups]tlv.Tag{0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70}
}

// FileDG is the name of data group n, 1 to 16: "DG1".
func FileDG(n int) string { return "DG" + strconv.Itoa(n) }

// GroupOf is the number of the data group that the name names, 1 to 16; 0 for any other name.
func GroupOf(name string) int {
	number, is := strings.CutPrefix(name, "DG")
	n, err := strconv.Atoi(number)
	if !is || err != nil || n < 1 || n > Groups || FileDG(n) != name {
		return 0
	}
	return n
}

// TagOf is the tag that a file begins with; false for a name that is not known.
func TagOf(name string) (tlv.Tag, bool) {
	switch n := GroupOf(name); {
	case n > 0:
		return groupTags()[n-1], true
	case name == FileCOM:
		return 0x60, true
	case name == FileSOD:
		return 0x77, true
	}
	return 0, false
}

// groupOfTag is the number of the data group with the tag; 0 when there is none.
func groupOfTag(tag byte) int {
	for i, known := range groupTags() {
		if known == tlv.Tag(tag) {
			return i + 1
		}
	}
	return 0
}

// content is the file's outermost element, without what may follow it: chips pad files, and readers read past their end.
func content(name string, data []byte) (e tlv.Element, trailing int, err error) {
	tag, known := TagOf(name)
	switch {
	case !known:
		return tlv.Element{}, 0, fmt.Errorf("file %q: expected COM, SOD or DG1 to DG16", name)
	case len(data) > MaxFile:
		return tlv.Element{}, 0, fmt.Errorf("%s: %d bytes: expected at most %d", name, len(data), MaxFile)
	}
	e, rest, err := tlv.Expect(data, tag)
	if err != nil {
		return tlv.Element{}, 0, fmt.Errorf("%s: %w", name, err)
	}
	return e, len(rest), nil
}
