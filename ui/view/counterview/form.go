package counterview

import (
	"context"
	"strconv"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/ui/text"
)

// Form is what the panel of particulars holds, as it was typed.
type Form struct {
	Values map[string]string
	// Adults are those scanned in the lane whom a minor may be with.
	Adults []Adult
	// Fault is the field that was wrong, if one was.
	Fault string
	// Focus is the choice that had the focus when the form came anew.
	Focus string
}

// focused reports whether a choice gets the focus: the one that had it, else the first.
func (f *Form) focused(field string) bool {
	if f.Fault != "" {
		return f.Fault == field
	}
	return f.Focus == field || f.Focus == "" && field == "category"
}

// Adult is somebody scanned in the lane.
type Adult struct {
	Key  string // of the choice
	Name string
}

// ParticularPrefix begins the names of the fields of a mode in a form.
const ParticularPrefix = "p-"

// FormOf is a scan's circumstances in a form.
func FormOf(s border.Scan) *Form {
	f := &Form{Values: map[string]string{
		"mode": string(s.Mode), "transport": s.Transport, "purpose": s.Purpose, "category": string(s.Category), "basis": string(s.Basis),
	}}
	for code, value := range s.Particulars {
		f.Values[ParticularPrefix+code] = value
	}
	if v := s.Vehicle; v != nil {
		f.Values["plate"], f.Values["plate_country"] = v.Plate, v.Country
		if v.Driver {
			f.Values["driver"] = "1"
		}
		if v.Occupants > 0 {
			f.Values["occupants"] = strconv.Itoa(v.Occupants)
		}
	}
	if g := s.Guardian; g != nil {
		f.Values["guardian_surname"], f.Values["guardian_given_names"], f.Values["guardian_number"] = g.Surname, g.GivenNames, g.DocumentNumber
		f.Values["guardian_relation"], f.Values["guardian_consent"], f.Values["other_parent"] = g.Relation, g.Consent, g.OtherParent
	}
	return f
}

func (f *Form) mode() border.Mode         { return border.Mode(f.Values["mode"]) }
func (f *Form) category() border.Category { return border.Category(f.Values["category"]) }
func (f *Form) basis() border.Basis       { return border.Basis(f.Values["basis"]) }

// fields are those of the mode, the category and the basis that the form asks.
func (f *Form) fields() []border.Field {
	fields := border.Fields(f.mode(), f.category())
	if f.basis().OnVisa() {
		fields = append(fields, border.VisaFields()...)
	}
	return fields
}

// transportLabel marks the line of the transport where the category needs it.
func (f *Form) transportLabel(label string) string {
	for _, field := range f.fields() {
		if field.Required && (field.Code == "vessel" || field.Code == "train") {
			return required(label, field)
		}
	}
	return label
}

// stripFields are the fields of a mode that stand beside every scan: what is the same for everybody on board, and the airport that
// the traveller comes from or goes to.
func stripFields(s Screen) []border.Field {
	var fields []border.Field
	for _, f := range border.Fields(s.Circumstances.Mode, border.Ordinary) {
		way := f.Code == "from" && s.Lane.Direction == border.Entry || f.Code == "to" && s.Lane.Direction == border.Exit
		if f.Stays && (way || f.Code == "voyage") {
			fields = append(fields, f)
		}
	}
	return fields
}

// transportLabel is what the line of the transport holds in a mode; empty where there is none.
func transportLabel(ctx context.Context, m border.Mode) string {
	key, ok := map[border.Mode]text.Key{
		border.Air: text.ParticularLineAir, border.Sea: text.ParticularVessel, border.River: text.ParticularVessel, border.Rail: text.ParticularTrain,
	}[m]
	if !ok {
		return ""
	}
	return text.T(ctx, key)
}
