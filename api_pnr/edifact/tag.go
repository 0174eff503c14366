package edifact

import "strings"

// Tag is a segment's name: three characters, the first in the highest byte, so that a switch over tags compares numbers.
type Tag uint32

// TagOf is the tag of a name of three characters; 0 for any other.
func TagOf(name string) Tag {
	if len(name) != 3 {
		return 0
	}
	return Tag(name[0])<<16 | Tag(name[1])<<8 | Tag(name[2])
}

// String is the three characters; "" of the zero tag.
func (t Tag) String() string {
	if t == 0 {
		return ""
	}
	return string([]byte{byte(t >> 16 & 0xFF), byte(t >> 8 & 0xFF), byte(t & 0xFF)})
}

// The service segments.
const (
	UNA Tag = 'U'<<16 | 'N'<<8 | 'A'
	UNB Tag = 'U'<<16 | 'N'<<8 | 'B'
	UNG Tag = 'U'<<16 | 'N'<<8 | 'G'
	UNH Tag = 'U'<<16 | 'N'<<8 | 'H'
	UNT Tag = 'U'<<16 | 'N'<<8 | 'T'
	UNE Tag = 'U'<<16 | 'N'<<8 | 'E'
	UNZ Tag = 'U'<<16 | 'N'<<8 | 'Z'
)

// Those that tell a type of message whose UNH is missing.
const (
	tagBGM Tag = 'B'<<16 | 'G'<<8 | 'M'
	tagMSG Tag = 'M'<<16 | 'S'<<8 | 'G'
	tagNAD Tag = 'N'<<16 | 'A'<<8 | 'D'
	tagSRC Tag = 'S'<<16 | 'R'<<8 | 'C'
	tagTDT Tag = 'T'<<16 | 'D'<<8 | 'T'
	tagTIF Tag = 'T'<<16 | 'I'<<8 | 'F'
	tagTVL Tag = 'T'<<16 | 'V'<<8 | 'L'
)

// tags are those of PAXLST, CUSRES and PNRGOV.
const tags = "ABI ADD APD ATT BGM CNT COM DAT DOC DTM EBD EMP EQN ERC ERP FAR FOP FTI FTX GEI IFT LOC LTS MEA MON MSG NAD NAT ORG PTK " +
	"RCI REF RFF RPI SAC SRC SSD SSR TBD TDT TIF TKT TRA TRI TVL TXD UNB UNE UNG UNH UNT UNZ"

// known reports whether a tag is one that passenger data uses.
func known(t Tag) bool {
	at := strings.Index(tags, t.String())
	return at >= 0 && at%4 == 0
}
