package abis

import (
	"fmt"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/fir"
)

// Records are prints as they are sent to an ABIS: as images (ISO/IEC 19794-4 with WSQ) where there are images, otherwise as minutiae
// (ISO/IEC 19794-2:2005).
func Records(fingers []Finger, at time.Time) ([]Record, error) {
	if err := CheckFingers(fingers); err != nil {
		return nil, fmt.Errorf("abis: %w", err)
	}
	out := make([]Record, len(fingers))
	for i, f := range fingers {
		r := Record{Position: f.Position, Created: at, Quality: int(f.Template.Quality)}
		var err error
		if f.Image != nil {
			r.Format, r.Data = ImageFormat, nil
			r.Data, err = imageRecord(f.Position, *f.Image, at)
		} else {
			r.Format = MinutiaeFormat
			r.Data, err = minutiaeRecord(f)
		}
		if err != nil {
			return nil, fmt.Errorf("abis: finger %d (%s): %w", i+1, f.Position, err)
		}
		out[i] = r
	}
	return out, nil
}

func imageRecord(position biometrics.Position, img biometrics.Image, at time.Time) ([]byte, error) {
	record, err := fir.Encode(fir.Print{Image: img, Position: position, Compression: fir.WSQ, Captured: at})
	if err != nil {
		return nil, err
	}
	return record.MarshalBinary()
}

// Fingers are the prints of records, each with the template that is compared. The error is a *Failure of reason InvalidCBEFF or
// QualityCheckFailed (an image without a print).
func Fingers(records []Record) ([]Finger, error) {
	out := make([]Finger, len(records))
	for i, r := range records {
		f := Finger{Position: r.Position}
		var err error
		if r.Format == ImageFormat {
			err = f.readImage(r.Data)
		} else {
			f.Template, err = readMinutiae(r.Data)
		}
		if err != nil {
			return nil, fail(InvalidCBEFF, "finger %d: %v", i+1, err)
		}
		if f.Image != nil {
			if f.Template, err = fingerprint.Extract(*f.Image); err != nil {
				return nil, fail(QualityCheckFailed, "finger %d: %v", i+1, err)
			}
		}
		out[i] = f
	}
	return out, nil
}

func (f *Finger) readImage(data []byte) error {
	record, err := fir.Parse(data)
	if err != nil {
		return err
	}
	if len(record.Representations) != 1 {
		return fmt.Errorf("%d representations: expected one", len(record.Representations))
	}
	img, err := record.Representations[0].Image()
	if err != nil {
		return err
	}
	f.Image = &img
	return nil
}
