package chip

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// MaxRepairs is how many repairs of a denied zone are tried: a chip slows down after wrong passwords.
const MaxRepairs = 2

// ReadZone is Read with the password of a zone, or with the card access number when there is one. When the chip denies the zone, at most
// MaxRepairs of the zone's suggestions that touch nothing but the password's fields are tried, each told to Options.Retry. The one that
// opened the chip is given; nil when the zone did as it was read.
func ReadZone(ctx context.Context, t Transport, zone *mrz.Document, can string, random io.Reader, o Options) (*reader.Chip, *mrz.Suggestion, error) {
	password, ok := PasswordOf(zone)
	if !ok && can == "" {
		return nil, nil, errNoPassword
	}
	password.CAN = can
	read, err := Read(ctx, t, password, random, o)
	if !errors.Is(err, ErrDenied) || !ok {
		return read, nil, err
	}
	repairs := Repairs(zone)
	for n, repair := range repairs {
		mended, fitting := zone.Accept(repair)
		if fitting != nil {
			return nil, nil, fitting
		}
		if password, ok = PasswordOf(mended); !ok {
			continue
		}
		if o.Retry != nil {
			o.Retry(repair, n+1, len(repairs))
		}
		if read, err = Read(ctx, t, password, random, o); !errors.Is(err, ErrDenied) {
			return read, &repair, err
		}
	}
	return nil, nil, err
}

var errNoPassword = errors.New("no password: expected a zone with document number, date of birth and date of expiry, or a card access number")

// Repairs are the suggestions for a zone that are tried when it is denied.
func Repairs(zone *mrz.Document) []mrz.Suggestion {
	var repairs []mrz.Suggestion
	for _, s := range zone.Suggestions() {
		if !slices.ContainsFunc(s.Fields, otherField) && len(repairs) < MaxRepairs {
			repairs = append(repairs, s)
		}
	}
	return repairs
}

// otherField reports whether a field has no part in the password.
func otherField(f mrz.FieldID) bool {
	return f != mrz.DocumentNumber && f != mrz.BirthDate && f != mrz.ExpiryDate
}
