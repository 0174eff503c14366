package abis

import (
	"fmt"

	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/fmr"
)

func minutiaeRecord(f Finger) ([]byte, error) {
	record, err := fmr.Encode(fmr.ISO, fmr.Print{Position: f.Position, Template: f.Template})
	if err != nil {
		return nil, err
	}
	return record.MarshalBinary()
}

func readMinutiae(data []byte) (fingerprint.Template, error) {
	record, err := fmr.Parse(data)
	if err != nil {
		return fingerprint.Template{}, err
	}
	if len(record.Views) != 1 {
		return fingerprint.Template{}, fmt.Errorf("%d views: expected one", len(record.Views))
	}
	t, _, err := record.Template(0) // what does not agree with itself was read as far as it goes
	return t, err
}
