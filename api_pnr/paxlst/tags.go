package paxlst

import "github.com/openbmis/openbmis/api_pnr/edifact"

// The segments of PAXLST.
const (
	tagATT edifact.Tag = 'A'<<16 | 'T'<<8 | 'T'
	tagBGM edifact.Tag = 'B'<<16 | 'G'<<8 | 'M'
	tagCNT edifact.Tag = 'C'<<16 | 'N'<<8 | 'T'
	tagCOM edifact.Tag = 'C'<<16 | 'O'<<8 | 'M'
	tagDOC edifact.Tag = 'D'<<16 | 'O'<<8 | 'C'
	tagDTM edifact.Tag = 'D'<<16 | 'T'<<8 | 'M'
	tagEMP edifact.Tag = 'E'<<16 | 'M'<<8 | 'P'
	tagFTX edifact.Tag = 'F'<<16 | 'T'<<8 | 'X'
	tagGEI edifact.Tag = 'G'<<16 | 'E'<<8 | 'I'
	tagLOC edifact.Tag = 'L'<<16 | 'O'<<8 | 'C'
	tagMEA edifact.Tag = 'M'<<16 | 'E'<<8 | 'A'
	tagNAD edifact.Tag = 'N'<<16 | 'A'<<8 | 'D'
	tagNAT edifact.Tag = 'N'<<16 | 'A'<<8 | 'T'
	tagRFF edifact.Tag = 'R'<<16 | 'F'<<8 | 'F'
	tagTDT edifact.Tag = 'T'<<16 | 'D'<<8 | 'T'
)
