package shift

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Register is the post register of one shift (Regulation (EU) 2016/399, annex II): what happened from From until Until, by event
// time. What was written down in the shift about earlier days stands in it too, marked as late. No case of the protection service is
// in it, nor in any of its numbers.
type Register struct {
	Shift       uuid.UUID `json:"shift"`
	Station     string    `json:"station"`
	Zone        string    `json:"zone"`
	Responsible string    `json:"responsible"`
	BegunAt     time.Time `json:"begun_at"`
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"` // exclusive

	Team           []Member      `json:"team"`
	Lanes          []LaneTime    `json:"lanes"`
	Relaxations    []Relaxation  `json:"relaxations"`
	Traffic        []Flow        `json:"traffic"`
	Authorisations []Repair      `json:"authorisations"` // documents and visas: extended, revoked, annulled
	Refusals       []Refused     `json:"refusals"`
	Overstays      []Count       `json:"overstays"` // found at exit, by nationality
	Referrals      Cases         `json:"referrals"`
	Hits           []Count       `json:"hits"`        // decisions with a hit, by check
	NotChecked     []Count       `json:"not_checked"` // admitted although a check had no answer, by check
	Provisional    int           `json:"provisional"` // decisions made without the centre
	Rechecked      []Count       `json:"rechecked"`   // provisional decisions checked again, by result
	Corrections    []Correction  `json:"corrections"`
	Repairs        []Repair      `json:"repairs"` // entries and exits supplied or voided
	Receipts       int           `json:"receipts"`
	Stamps         []StampTime   `json:"stamps"`
	Notes          []Note        `json:"notes"`
	Outages        []Outage      `json:"outages"`
	Waiting        int           `json:"waiting"` // events that the centre had not confirmed at Until
	Texts          []WrittenText `json:"texts"`   // what was completed by hand, the newest version of each section
}

// Member is somebody of the team and when he was in it.
type Member struct {
	Person string    `json:"person"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"`
}

// LaneTime is a lane's time with an officer, as far as it lies in the shift. Until is zero while it is open.
type LaneTime struct {
	Lane      string           `json:"lane"`
	Direction border.Direction `json:"direction"`
	Officer   string           `json:"officer"`
	From      time.Time        `json:"from"`
	Until     time.Time        `json:"until,omitzero"`
	Cause     string           `json:"cause,omitempty"`
}

// Relaxation is a level of control, who set it and why.
type Relaxation struct {
	Level  string    `json:"level"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"`
}

// Flow counts those admitted, undone decisions apart.
type Flow struct {
	Direction   border.Direction `json:"direction"`
	Category    border.Category  `json:"category"`
	Nationality string           `json:"nationality"`
	N           int              `json:"n"`
}

// Refused counts refusals of entry by the letters of the form and by nationality.
type Refused struct {
	Reasons     string `json:"reasons"` // "B, D"
	Nationality string `json:"nationality"`
	N           int    `json:"n"`
}

// Count is a number of something.
type Count struct {
	Key string `json:"key"`
	N   int    `json:"n"`
}

// Cases are the second line's cases of the shift.
type Cases struct {
	Opened   int     `json:"opened"`
	Outcomes []Count `json:"outcomes"` // of the cases that ended in the shift, whenever they began
	Open     int     `json:"open"`     // at Until
}

// Correction counts decisions that were undone in the shift.
type Correction struct {
	Reason string `json:"reason"`
	Late   bool   `json:"late,omitempty"` // the decision was an earlier shift's
	N      int    `json:"n"`
}

// Repair counts records about movements and authorisations.
type Repair struct {
	Kind   string `json:"kind"` // of the record, or of the change
	Ground string `json:"ground,omitempty"`
	Late   bool   `json:"late,omitempty"` // about a time before the shift
	N      int    `json:"n"`
}

// StampTime is a stamp's time with its holder.
type StampTime struct {
	Code   string    `json:"code"`
	Holder string    `json:"holder"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"`
	Lost   bool      `json:"lost,omitempty"`
	Remark string    `json:"remark,omitempty"`
}

// Note is an occurrence, a complaint, a person apprehended or another measure.
type Note struct {
	ID      uuid.UUID `json:"id"`
	Section Section   `json:"section"`
	Kind    string    `json:"kind"`
	Text    string    `json:"text"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// Outage is a time without the centre.
type Outage struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
}

// WrittenText is what somebody completed in a section. Late: after the register was offered; it is then no part of its digest.
type WrittenText struct {
	Section Section   `json:"section"`
	Text    string    `json:"text"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Version int       `json:"version"` // 1, 2, ...
	Late    bool      `json:"late,omitempty"`
}

// Encode gives the register's exact bytes, which are kept and signed.
func (r Register) Encode() ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("register of shift %s: %w", r.Shift, err)
	}
	return text, nil
}

// Digest is the SHA-256 of a register's bytes, in hexadecimal.
func Digest(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

// Decode reads a register that was kept.
func Decode(encoded []byte) (Register, error) {
	var r Register
	if err := json.Unmarshal(encoded, &r); err != nil {
		return r, fmt.Errorf("register: %w", err)
	}
	return r, nil
}

// Admitted is how many were admitted in the direction.
func (r Register) Admitted(direction border.Direction) int {
	n := 0
	for _, f := range r.Traffic {
		if f.Direction == direction {
			n += f.N
		}
	}
	return n
}

// Refused is how many were refused entry.
func (r Register) Refused() int {
	n := 0
	for _, x := range r.Refusals {
		n += x.N
	}
	return n
}

// NotesOf are the notes of a section.
func (r Register) NotesOf(s Section) []Note {
	var list []Note
	for _, n := range r.Notes {
		if n.Section == s {
			list = append(list, n)
		}
	}
	return list
}

// TextOf is what was completed by hand in the section; false when nothing was.
func (r Register) TextOf(s Section) (WrittenText, bool) {
	for _, t := range r.Texts {
		if t.Section == s {
			return t, true
		}
	}
	return WrittenText{}, false
}

// Total adds counts up.
func Total(list []Count) int {
	n := 0
	for _, c := range list {
		n += c.N
	}
	return n
}

// Counts are the register's totals, for the centre: numbers alone.
func (r Register) Counts() map[string]int {
	undone, repaired := 0, 0
	for _, c := range r.Corrections {
		undone += c.N
	}
	for _, c := range r.Repairs {
		repaired += c.N
	}
	return map[string]int{
		"entries": r.Admitted(border.Entry), "exits": r.Admitted(border.Exit), "refusals": r.Refused(), "overstays": Total(r.Overstays),
		"referrals": r.Referrals.Opened, "hits": Total(r.Hits), "not_checked": Total(r.NotChecked), "provisional": r.Provisional,
		"corrections": undone, "repairs": repaired, "receipts": r.Receipts, "occurrences": len(r.NotesOf(Occurrences)),
		"complaints": len(r.NotesOf(Complaints)), "apprehended": len(r.NotesOf(Apprehended)), "measures": len(r.NotesOf(Measures)),
	}
}
