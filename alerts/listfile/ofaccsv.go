package listfile

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// The columns of SDN.CSV.
const (
	sdnNumber = iota
	sdnName
	sdnType
	sdnProgram
	sdnTitle
	sdnCallSign
	sdnVesselType
	sdnTonnage
	sdnGRT
	sdnFlag
	sdnOwner
	sdnRemarks
)

// ofacNull stands where a field is empty, with a blank behind it.
const ofacNull = "-0-"

// ofac is a list of OFAC while it is read.
type ofac struct {
	*reading
	comments  map[string][]ofacRow
	aliases   map[string][]ofacRow
	addresses map[string][]ofacRow
	links     linker
}

// ofacRow is a row of a companion.
type ofacRow struct {
	line  int
	cells []string
}

// readOFAC reads SDN.CSV and what belongs to it.
func (r *reading) readOFAC(in *bufio.Reader) error {
	o := &ofac{reading: r, comments: map[string][]ofacRow{}, aliases: map[string][]ofacRow{}, addresses: map[string][]ofacRow{}}
	if err := o.companions(); err != nil {
		return err
	}
	c := r.rows(in, "SDN.CSV", ',')
	for {
		cells, line, err := c.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := o.entry(line, cells); err != nil {
			return err
		}
	}
	if !c.ended {
		r.note(c.line, NoteEnd, "SDN.CSV")
	}
	o.orphans()
	o.links.resolve(r)
	return nil
}

// companions reads the files beside SDN.CSV.
func (o *ofac) companions() error {
	for _, f := range []struct {
		name string
		in   io.Reader
		into map[string][]ofacRow
		wide int
	}{{"ALT.CSV", o.o.Companions.Aliases, o.aliases, 5}, {"ADD.CSV", o.o.Companions.Addresses, o.addresses, 6}} {
		if f.in == nil {
			o.note(0, NoteEnd, f.name)
			continue
		}
		if err := o.companion(f.in, f.name, f.wide, func(id string, row ofacRow) { f.into[id] = append(f.into[id], row) }); err != nil {
			return err
		}
	}
	if o.o.Companions.Comments == nil {
		o.note(0, NoteEnd, "SDN_COMMENTS.CSV")
		return nil
	}
	return o.companion(o.o.Companions.Comments, "SDN_COMMENTS.CSV", 2, func(id string, row ofacRow) {
		o.comments[id] = append(o.comments[id],
			row)
	})
}

func (o *ofac) companion(in io.Reader, name string, columns int, keep func(id string, row ofacRow)) error {
	c := o.rows(in, name, ',')
	for {
		cells, line, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		id := strings.TrimSpace(cells[0])
		if len(cells) != columns || !isDigits(id) {
			o.refuse(line, name, RefusedColumns, "expected "+strconv.Itoa(columns)+" columns, the first a number", strings.Join(cells, ","))
			continue
		}
		keep(id, ofacRow{line: line, cells: cells})
	}
}

// orphans refuses what of the companions belongs to no entry.
func (o *ofac) orphans() {
	var lost []Refused
	for _, f := range []struct {
		name string
		rows map[string][]ofacRow
	}{{"ALT.CSV", o.aliases}, {"ADD.CSV", o.addresses}, {"SDN_COMMENTS.CSV", o.comments}} {
		for id, rows := range f.rows {
			for _, row := range rows {
				if !o.seen[id] {
					lost = append(lost, Refused{Line: row.line, Where: f.name, Code: RefusedOrphan, Detail: "expected the number of an entry",
						Raw: bounded(strings.Join(row.cells, ","))})
				}
			}
		}
	}
	sortRefused(lost)
	o.file.Refused = append(o.file.Refused, lost...)
}

// entry reads a row of SDN.CSV.
func (o *ofac) entry(line int, cells []string) error {
	raw := strings.Join(cells, ",")
	if len(cells) != ofacColumns {
		o.refuse(line, "SDN.CSV", RefusedColumns, "expected 12 columns, not "+strconv.Itoa(len(cells)), raw)
		return nil
	}
	for i, cell := range cells {
		if i == sdnRemarks {
			break // as it stands: a comment goes on in the middle of it
		}
		if cells[i] = strings.TrimSpace(cell); cells[i] == ofacNull {
			cells[i] = ""
		}
	}
	d := o.draft(line, cells[sdnNumber])
	d.ofacKind(cells[sdnType])
	d.ofacName(alerts.Primary, cells[sdnName])
	for _, row := range o.aliases[d.ID] {
		d.ofacAlias(row)
	}
	for _, row := range o.addresses[d.ID] {
		d.ofacAddress(row)
	}
	d.ofacProgram(strings.Split(cells[sdnProgram], "] ["))
	for i, label := range []string{"Title", "Call sign", "Vessel type", "Tonnage", "Gross registered tonnage", "Flag", "Vessel owner"} {
		d.remark(label, cells[sdnTitle+i])
	}
	remarks := strings.TrimPrefix(cells[sdnRemarks], ofacNull)
	for _, row := range o.comments[d.ID] {
		remarks += row.cells[1]
	}
	linked := d.ofacRemarks(remarks)
	before := len(o.file.Alerts)
	if err := d.finish(raw); err != nil || len(o.file.Alerts) == before {
		return err
	}
	o.links.entry(before, &o.file.Alerts[before])
	for _, name := range linked {
		o.links.want(before, line, name, "")
	}
	return nil
}

func (d *draft) ofacKind(kind string) {
	switch strings.ToLower(kind) {
	case "individual":
		d.Subject.Kind = alerts.Person
	case "", "entity":
		d.Subject.Kind = alerts.Organisation
	case "vessel":
		d.Subject.Kind = alerts.Vessel
	case "aircraft":
		d.Subject.Kind = alerts.Aircraft
	default:
		d.Subject.Kind = alerts.Organisation
		d.note("subject.kind", NoteKind, kind)
		d.remark("Type", kind)
	}
}

// ofacName takes a name over: of persons "SURNAME, Given names[, Jr.]".
func (d *draft) ofacName(kind alerts.NameKind, raw string) {
	raw = squeeze(raw)
	family, given, found := strings.Cut(raw, ",")
	if !found || d.Subject.Kind != alerts.Person {
		d.name(kind, raw, "")
		return
	}
	given, suffix, _ := strings.Cut(given, ",")
	d.name(kind, raw, "", parts(
		alerts.NamePart{Text: family, Role: alerts.Family}, alerts.NamePart{Text: given, Role: alerts.Given}, alerts.NamePart{Text: suffix,
			Role: alerts.Unknown})...)
}

// ofacAlias takes a row of ALT.CSV over: number, number of the alias, kind, name, remarks.
func (d *draft) ofacAlias(row ofacRow) {
	kind := alerts.Strong
	switch what := strings.TrimSpace(row.cells[2]); what {
	case "aka", "nka":
	case "fka":
		kind = alerts.Former
	default:
		d.note("subject.names", NoteName, what+" "+row.cells[3])
		kind = alerts.Weak
	}
	name := strings.TrimSpace(row.cells[3])
	d.ofacName(kind, name)
	if remark := strings.TrimSpace(row.cells[4]); remark != ofacNull {
		d.remark("Alias "+name, remark)
	}
}

// ofacAddress takes a row of ADD.CSV over: number, number of the address, street, city, country, remarks.
func (d *draft) ofacAddress(row ofacRow) {
	cell := func(i int) string {
		text := strings.TrimSpace(row.cells[i])
		if text == ofacNull {
			return ""
		}
		return text
	}
	d.address(cell(4), cell(2), cell(3))
	d.remark("Address", cell(5))
}

// ofacProgram says under which programs somebody is listed.
func (d *draft) ofacProgram(programs []string) {
	list := joined(", ", programs...)
	d.LegalBasis = joined(" ", "OFAC", prefixed("sanctions program ", list))
	d.Reason = joined(" ", "Specially Designated Nationals list", prefixed("(", list+")"))
	if list == "" {
		d.Reason = "Specially Designated Nationals list"
	}
}
