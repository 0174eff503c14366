package issue

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Event is one thing that became of a visa. Events are never changed.
type Event struct {
	Number  evisa.Number        `json:"number"`
	Version int                 `json:"version"` // from 1, without gaps
	Kind    evisa.VisaEventKind `json:"kind"`
	At      time.Time           `json:"at"`
	Actor   string              `json:"actor"` // log-in name
	Role    string              `json:"role"`
	Second  string              `json:"second,omitempty"` // who agreed
	Reason  string              `json:"reason,omitempty"` // one of evisa.Reasons, or of the policy
	Words   string              `json:"words,omitempty"`  // what the officer wrote

	Issued     *Issued      `json:"issued,omitempty"`      // of VisaIssued
	Terms      *evisa.Terms `json:"terms,omitempty"`       // of VisaExtended
	ReplacedBy evisa.Number `json:"replaced_by,omitempty"` // of VisaReissued
}

// Issued is what a visa was issued as.
type Issued struct {
	Application uuid.UUID       `json:"application"`
	Reference   evisa.Reference `json:"reference"`
	Type        string          `json:"type"`
	Purpose     string          `json:"purpose"`
	Kind        string          `json:"kind"`
	Terms       evisa.Terms     `json:"terms"`
	Authority   string          `json:"authority"`
	Replaces    evisa.Number    `json:"replaces,omitempty"`
	Holder
}

// Holder is who a visa is for, and on which documents.
type Holder struct {
	Identity traveldoc.Identity   `json:"identity"`
	Document traveldoc.Document   `json:"document"`
	Earlier  []traveldoc.Document `json:"earlier,omitempty"`
}

// errOrder: events do not make a visa.
var errOrder = errors.New("events of a visa: expected issued first and every version once, in order")

// Fold makes a visa of its events.
func Fold(events []Event) (evisa.Visa, error) {
	var v evisa.Visa
	for _, e := range events {
		if err := apply(&v, e); err != nil {
			return evisa.Visa{}, err
		}
	}
	if v.Version == 0 {
		return v, errOrder
	}
	return v, nil
}

// Apply is the visa after one more event.
func Apply(v evisa.Visa, e Event) (evisa.Visa, error) {
	err := apply(&v, e)
	return v, err
}

func apply(v *evisa.Visa, e Event) error {
	if e.Version != v.Version+1 || (e.Kind == evisa.VisaIssued) != (v.Version == 0) || v.Version > 0 && e.Number != v.Number {
		return errOrder
	}
	if v.Version > 0 && v.Standing != evisa.InForce && e.Kind != evisa.VisaCase && (e.Kind != evisa.VisaAnnulled || v.Standing != evisa.Revoked) {
		return fmt.Errorf("event %d of a visa: it is %s already", e.Version, v.Standing)
	}
	switch e.Kind {
	case evisa.VisaIssued:
		if e.Issued == nil {
			return errOrder
		}
		issued(v, e)
	case evisa.VisaRevoked:
		v.Standing, v.Reason = evisa.Revoked, e.Reason
	case evisa.VisaAnnulled:
		v.Standing, v.Reason = evisa.Annulled, e.Reason
	case evisa.VisaExtended:
		if e.Terms == nil {
			return errOrder
		}
		v.Terms = *e.Terms
	case evisa.VisaReissued:
		v.Standing, v.ReplacedBy, v.Reason = evisa.Replaced, e.ReplacedBy, e.Reason
	case evisa.VisaCase:
	default:
		return fmt.Errorf("event %d of a visa: a kind that is not known here", e.Version)
	}
	v.Version = e.Version
	return nil
}

func issued(v *evisa.Visa, e Event) {
	i := e.Issued
	*v = evisa.Visa{
		Number: e.Number, Application: i.Application, Reference: i.Reference, Standing: evisa.InForce, Type: i.Type, Purpose: i.Purpose, Kind: i.Kind,
		Identity: i.Identity, Document: i.Document, Earlier: slices.Clone(i.Earlier), Terms: i.Terms, IssuedAt: e.At, Authority: i.Authority,
		Replaces: i.Replaces,
	}
}
