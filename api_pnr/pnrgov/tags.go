package pnrgov

import "github.com/openbmis/openbmis/api_pnr/edifact"

// The segments of PNRGOV and ACKRES.
const (
	tagABI edifact.Tag = 'A'<<16 | 'B'<<8 | 'I' // history: who
	tagADD edifact.Tag = 'A'<<16 | 'D'<<8 | 'D' // address
	tagAPD edifact.Tag = 'A'<<16 | 'P'<<8 | 'D' // aircraft
	tagDAT edifact.Tag = 'D'<<16 | 'A'<<8 | 'T' // date and time
	tagEBD edifact.Tag = 'E'<<16 | 'B'<<8 | 'D' // excess baggage
	tagEQN edifact.Tag = 'E'<<16 | 'Q'<<8 | 'N' // number of units
	tagERC edifact.Tag = 'E'<<16 | 'R'<<8 | 'C' // error code
	tagFAR edifact.Tag = 'F'<<16 | 'A'<<8 | 'R' // fare
	tagFOP edifact.Tag = 'F'<<16 | 'O'<<8 | 'P' // form of payment
	tagFTI edifact.Tag = 'F'<<16 | 'T'<<8 | 'I' // frequent traveller
	tagIFT edifact.Tag = 'I'<<16 | 'F'<<8 | 'T' // free text
	tagLTS edifact.Tag = 'L'<<16 | 'T'<<8 | 'S' // long text
	tagMON edifact.Tag = 'M'<<16 | 'O'<<8 | 'N' // amounts
	tagMSG edifact.Tag = 'M'<<16 | 'S'<<8 | 'G' // function
	tagORG edifact.Tag = 'O'<<16 | 'R'<<8 | 'G' // originator
	tagPTK edifact.Tag = 'P'<<16 | 'T'<<8 | 'K' // pricing and ticketing
	tagRCI edifact.Tag = 'R'<<16 | 'C'<<8 | 'I' // locators
	tagREF edifact.Tag = 'R'<<16 | 'E'<<8 | 'F' // reference
	tagRPI edifact.Tag = 'R'<<16 | 'P'<<8 | 'I' // number and status on a leg
	tagSAC edifact.Tag = 'S'<<16 | 'A'<<8 | 'C' // history: what was done
	tagSRC edifact.Tag = 'S'<<16 | 'R'<<8 | 'C' // a record begins
	tagSSD edifact.Tag = 'S'<<16 | 'S'<<8 | 'D' // seat
	tagSSR edifact.Tag = 'S'<<16 | 'S'<<8 | 'R' // special service
	tagTBD edifact.Tag = 'T'<<16 | 'B'<<8 | 'D' // bags
	tagTIF edifact.Tag = 'T'<<16 | 'I'<<8 | 'F' // traveller
	tagTKT edifact.Tag = 'T'<<16 | 'K'<<8 | 'T' // ticket
	tagTRA edifact.Tag = 'T'<<16 | 'R'<<8 | 'A' // operating flight of a codeshare
	tagTRI edifact.Tag = 'T'<<16 | 'R'<<8 | 'I' // boarding number
	tagTVL edifact.Tag = 'T'<<16 | 'V'<<8 | 'L' // flight
	tagTXD edifact.Tag = 'T'<<16 | 'X'<<8 | 'D' // taxes
)
