package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

const maxDefects = 100_000

var (
	stateCode  = regexp.MustCompile(`^[A-Z]{1,3}$`)
	defectCode = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)
	hexSerial  = regexp.MustCompile(`^[0-9A-Fa-f]{1,128}$`)
)

// deviationFile is the exchange format of known defects: {"deviations": [{...}]}, fields as Defect.
type deviationFile struct {
	Deviations []json.RawMessage `json:"deviations"`
}

// readDeviations gives the defects of a list; those that cannot be used are named by their place.
func readDeviations(data []byte) (defects []Defect, refused []pki.Refused, err error) {
	var file deviationFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, nil, fmt.Errorf("expected {\"deviations\": [...]}: %w", err)
	}
	if file.Deviations == nil {
		return nil, nil, errors.New("expected {\"deviations\": [...]}")
	}
	if len(file.Deviations) > maxDefects {
		return nil, nil, fmt.Errorf("%d deviations, %d at most", len(file.Deviations), maxDefects)
	}
	for i, raw := range file.Deviations {
		var d Defect
		decoder := json.NewDecoder(strings.NewReader(string(raw)))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&d)
		if err == nil {
			err = d.check()
		}
		if err != nil {
			refused = append(refused, pki.Refused{Index: i, Subject: d.Issuer, Reason: err.Error()})
			continue
		}
		defects = append(defects, d)
	}
	return defects, refused, nil
}

func (f Defect) check() error {
	switch {
	case !stateCode.MatchString(f.Issuer):
		return errors.New("issuer: expected the state's one to three capital letters")
	case !defectCode.MatchString(f.Defect):
		return errors.New("defect: expected a code of a-z, 0-9 and _")
	case f.DataGroup < 0 || f.DataGroup > 16:
		return errors.New("data_group: expected 1 to 16, or 0 for the document security object")
	case f.DSCSerial != "" && !hexSerial.MatchString(f.DSCSerial):
		return errors.New("dsc_serial: expected hexadecimal digits")
	case (f.NumberFrom == "") != (f.NumberTo == ""):
		return errors.New("number_from, number_to: expected both or none")
	case len(plainNumber(f.NumberFrom)) != len(plainNumber(f.NumberTo)) || plainNumber(f.NumberFrom) > plainNumber(f.NumberTo):
		return errors.New("number_from, number_to: expected two numbers of the same length, in order")
	case !f.From.IsZero() && !f.To.IsZero() && f.To.Last().Before(f.From.First()):
		return errors.New("from, to: expected dates in order")
	}
	return nil
}
