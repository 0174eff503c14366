package lists

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

func invalid(code, field string) error { return problem.New(problem.Invalid, code).At(field) }

// formOf is an alert as values of the form. What the form has no field for stays with the alert.
func formOf(a alerts.Alert) url.Values {
	v := url.Values{
		"kind": {string(a.Subject.Kind)}, "id": {a.ID}, "nationalities": {strings.Join(a.Subject.Nationalities, " ")}, "sexes": a.Subject.Sexes,
		"description": {a.Subject.Description}, "category": {string(a.Category)}, "action": {string(a.Action)}, "reason": {a.Reason},
		"instructions": {a.Instructions}, "legal_basis": {a.LegalBasis}, "contact": {a.Contact}, "safety": a.Safety, "owner": {a.Owner},
		"valid_from": {a.ValidFrom.String()}, "valid_until": {a.ValidUntil.String()}, "review_by": {a.ReviewBy.String()},
		"geo_scope": {strings.Join(a.GeoScope, " ")}, "secrecy": {string(a.Secrecy)},
	}
	if a.Priority > 0 {
		v.Set("priority", strconv.Itoa(a.Priority))
	}
	if a.Flagged {
		v.Set("flagged", "yes")
	}
	for _, n := range a.Subject.Names {
		addRow(v, nameRow(n))
	}
	for _, b := range a.Subject.Births {
		addRow(v, birthRow(b))
	}
	for _, d := range a.Subject.Documents {
		addRow(v, documentRow(d))
	}
	for _, c := range a.Subject.Vehicles {
		addRow(v, vehicleRow(c))
	}
	for _, l := range a.Links {
		addRow(v, map[string]string{"link_key": l.Key, "link_relation": l.Relation})
	}
	return v
}

func addRow(v url.Values, row map[string]string) {
	for name, value := range row {
		v.Add(name, value)
	}
}

func nameRow(n alerts.Name) map[string]string {
	row := map[string]string{"name_raw": n.Raw, "name_kind": string(n.Kind), "name_script": n.Script}
	var family, given []string
	for _, p := range n.Parts {
		if p.Role == alerts.Family {
			family = append(family, p.Text)
		} else {
			given = append(given, p.Text)
		}
	}
	row["name_family"], row["name_given"] = strings.Join(family, " "), strings.Join(given, " ")
	return row
}

func birthRow(b alerts.Birth) map[string]string {
	row := map[string]string{"birth_from": b.From.String(), "birth_to": "", "birth_circa": ""}
	if b.To != b.From {
		row["birth_to"] = b.To.String()
	}
	if b.Circa {
		row["birth_circa"] = "yes"
	}
	return row
}

func documentRow(d alerts.Document) map[string]string {
	return map[string]string{
		"document_type": d.Type, "document_number": d.Number, "document_until": d.Until, "document_issuer": d.Issuer, "document_status": d.Status,
	}
}

func vehicleRow(v alerts.Vehicle) map[string]string {
	return map[string]string{"plate": v.Plate, "plate_country": v.Country, "vin": v.VIN, "make": v.Make, "colour": v.Colour}
}

// rowsOf are the rows of repeated fields, cut of white space; those that are empty but for choices are nil, so that the others keep
// their place.
func rowsOf(v url.Values, decisive []string, names ...string) (rows []map[string]string) {
	n := 0
	for _, name := range decisive {
		n = max(n, len(v[name]))
	}
	for i := range min(n, 1000) {
		row, filled := map[string]string{}, false
		for _, name := range append(slices.Clone(decisive), names...) {
			if i < len(v[name]) {
				row[name] = strings.TrimSpace(v[name][i])
			} else {
				row[name] = ""
			}
			filled = filled || row[name] != "" && slices.Contains(decisive, name)
		}
		if !filled {
			row = nil
		}
		rows = append(rows, row)
	}
	return rows
}

// merged reads rows. One that still says what the old value at its place says keeps that whole: a list may say more than the form shows.
func merged[T any](rows []map[string]string, old []T, show func(T) map[string]string, read func(map[string]string) (T, error)) ([]T, error) {
	var list []T
	for i, row := range rows {
		switch {
		case row == nil:
		case i < len(old) && same(row, show(old[i])):
			list = append(list, old[i])
		default:
			one, err := read(row)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
	}
	return list, nil
}

func same(a, b map[string]string) bool {
	for name := range b {
		if a[name] != strings.TrimSpace(b[name]) {
			return false
		}
	}
	return true
}

// readAlert is the alert that the form says, made from the old one: what the form has no field for is kept.
func readAlert(v url.Values, old alerts.Alert) (a alerts.Alert, err error) {
	a = old
	word := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	if old.ID == "" {
		a.ID, a.Secrecy = word("id"), alerts.Secrecy(word("secrecy"))
		if a.Secrecy == alerts.Open {
			a.Secrecy = ""
		}
	}
	a.Category, a.Action, a.Reason = alerts.Category(word("category")), alerts.Action(word("action")), word("reason")
	a.Instructions, a.LegalBasis, a.Contact = word("instructions"), word("legal_basis"), word("contact")
	a.Safety, a.Flagged, a.GeoScope = v["safety"], word("flagged") == "yes", strings.Fields(word("geo_scope"))
	if _, sent := v["owner"]; sent {
		a.Owner = word("owner")
	}
	a.Priority = 0
	if p := word("priority"); p != "" {
		if a.Priority, err = strconv.Atoi(p); err != nil {
			return a, invalid("lists.priority", "priority")
		}
	}
	for _, d := range []struct {
		name string
		into *traveldoc.Date
	}{{"valid_from", &a.ValidFrom}, {"valid_until", &a.ValidUntil}, {"review_by", &a.ReviewBy}} {
		if *d.into, err = traveldoc.ParseDate(word(d.name)); err != nil {
			return a, invalid("lists.date", d.name)
		}
	}
	a.Links = nil
	for _, row := range rowsOf(v, []string{"link_key"}, "link_relation") {
		if row != nil {
			a.Links = append(a.Links, alerts.Link{Key: row["link_key"], Relation: row["link_relation"]})
		}
	}
	a.Subject, err = readSubject(v, old.Subject)
	return a, err
}

func readSubject(v url.Values, old alerts.Subject) (s alerts.Subject, err error) {
	s = old
	s.Kind, s.Sexes, s.Description = alerts.Kind(v.Get("kind")), v["sexes"], strings.TrimSpace(v.Get("description"))
	s.Nationalities = strings.Fields(strings.ToUpper(strings.ReplaceAll(v.Get("nationalities"), ",", " ")))
	names := rowsOf(v, []string{"name_raw", "name_family", "name_given"}, "name_kind", "name_script")
	if s.Names, err = merged(names, old.Names, nameRow, readName); err != nil {
		return s, err
	}
	if s.Births, err = merged(rowsOf(v, []string{"birth_from", "birth_to"}, "birth_circa"), old.Births, birthRow, readBirth); err != nil {
		return s, err
	}
	documents := rowsOf(v, []string{"document_number", "document_until"}, "document_type", "document_issuer", "document_status")
	if s.Documents, err = merged(documents, old.Documents, documentRow, readDocument); err != nil {
		return s, err
	}
	s.Vehicles, err = merged(rowsOf(v, []string{"plate", "vin"}, "plate_country", "make", "colour"), old.Vehicles, vehicleRow, readVehicle)
	return s, err
}

func readName(row map[string]string) (alerts.Name, error) {
	n := alerts.Name{Raw: row["name_raw"], Kind: alerts.NameKind(row["name_kind"]), Script: row["name_script"]}
	for _, p := range []alerts.NamePart{{Text: row["name_given"], Role: alerts.Given}, {Text: row["name_family"], Role: alerts.Family}} {
		if p.Text != "" {
			n.Parts = append(n.Parts, p)
		}
	}
	if n.Raw == "" {
		n.Raw = strings.TrimSpace(row["name_given"] + " " + row["name_family"])
	}
	return n, nil
}

func readBirth(row map[string]string) (b alerts.Birth, err error) {
	b.Circa = row["birth_circa"] == "yes"
	if b.From, err = traveldoc.ParseDate(row["birth_from"]); err != nil || b.From.IsZero() {
		return b, invalid("lists.birth", "births")
	}
	if b.To = b.From; row["birth_to"] != "" {
		if b.To, err = traveldoc.ParseDate(row["birth_to"]); err != nil {
			return b, invalid("lists.birth", "births")
		}
	}
	return b, nil
}

func readDocument(row map[string]string) (alerts.Document, error) {
	return alerts.Document{
		Type: row["document_type"], Number: row["document_number"], Until: row["document_until"], Issuer: strings.ToUpper(row["document_issuer"]),
		Status: row["document_status"],
	}, nil
}

func readVehicle(row map[string]string) (alerts.Vehicle, error) {
	return alerts.Vehicle{
		Plate: strings.ToUpper(row["plate"]), Country: strings.ToUpper(row["plate_country"]), VIN: strings.ToUpper(row["vin"]), Make: row["make"],
		Colour: row["colour"],
	}, nil
}
