package sbi

import (
	"fmt"

	"github.com/openbmis/openbmis/biometrics/record/fir"
)

// QualityAlgorithm is an algorithm of quality scores as the registration authority of ISO/IEC 19785-2 numbers them.
type QualityAlgorithm struct{ Vendor, Algorithm uint16 }

// NFIQ2Algorithms are the numbers of the unified quality score of ISO/IEC 29794-4 (NFIQ 2): vendor 0x0101 is ISO/IEC JTC 1/SC 37, and each
// revision of the algorithm has a number, in the first numbering and in that of the edition of 2024; the newest first. Neither numbering
// uses a number of the other.
func NFIQ2Algorithms() []QualityAlgorithm {
	const sc37 = 0x0101
	return []QualityAlgorithm{{sc37, 0x39}, {sc37, 0x38}, {sc37, 0x37}, {sc37, 0x21}, {sc37, 0x18}, {sc37, 0x17}, {sc37, 0x01}}
}

// DecodeFIR is the Decoder of finger image records of ISO/IEC 19794-4:2011 with one image of one finger. A score in the record is taken for
// NFIQ 2 when it says that it is one (NFIQ2Algorithms).
func DecodeFIR(record []byte) (Decoded, error) { return decodeFIR(record, NFIQ2Algorithms()) }

// DecodeFIRWith is DecodeFIR for readers that number NFIQ 2 otherwise; the first algorithm that gave a score counts.
func DecodeFIRWith(nfiq2 []QualityAlgorithm) Decoder {
	return func(record []byte) (Decoded, error) { return decodeFIR(record, nfiq2) }
}

// mostQuality is the best score; above it a block says that there is none (ISO/IEC 19794-1).
const mostQuality = 100

func nfiq2Of(blocks []fir.Quality, algorithms []QualityAlgorithm) *int {
	for _, a := range algorithms {
		for _, q := range blocks {
			if q.Vendor == a.Vendor && q.Algorithm == a.Algorithm && q.Score <= mostQuality {
				score := int(q.Score)
				return &score
			}
		}
	}
	return nil
}

func decodeFIR(record []byte, nfiq2 []QualityAlgorithm) (Decoded, error) {
	read, err := fir.Parse(record)
	if err != nil {
		return Decoded{}, err
	}
	if n := len(read.Representations); n != 1 {
		return Decoded{}, fmt.Errorf("expected one image, the record has %d", n)
	}
	of := &read.Representations[0]
	image, err := of.Image()
	if err != nil {
		return Decoded{}, err
	}
	return Decoded{Image: image, Position: of.Position, NFIQ2: nfiq2Of(of.Qualities, nfiq2)}, nil
}
