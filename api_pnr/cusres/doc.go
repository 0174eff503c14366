// Package cusres reads and writes the State's answers to passenger lists (CUSRES, API Guidelines appendix IIB): answers (962),
// unsolicited changes of status (132) and carriers' acknowledgements (312).
//
// It must never let an answer be taken for another traveller's: the unique passenger reference is repeated as it was sent.
package cusres

import "github.com/openbmis/openbmis/api_pnr/edifact"

// The segments of CUSRES.
const (
	tagBGM edifact.Tag = 'B'<<16 | 'G'<<8 | 'M'
	tagDTM edifact.Tag = 'D'<<16 | 'T'<<8 | 'M'
	tagERC edifact.Tag = 'E'<<16 | 'R'<<8 | 'C'
	tagERP edifact.Tag = 'E'<<16 | 'R'<<8 | 'P'
	tagFTX edifact.Tag = 'F'<<16 | 'T'<<8 | 'X'
	tagLOC edifact.Tag = 'L'<<16 | 'O'<<8 | 'C'
	tagRFF edifact.Tag = 'R'<<16 | 'F'<<8 | 'F'
)
