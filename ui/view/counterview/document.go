package counterview

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/text"
)

// Names of images that are no image of the reading by themselves.
const (
	PagePortrait = "page" // the portrait as it is printed
	ChipPortrait = "chip" // the portrait of DG2
)

// Inspected is what a reader gave of a document beside its zone, as the screen shows it.
type Inspected struct {
	Reading *reader.Reading
	Rows    []Row
	Sources []reader.Source // the columns: those that say anything
	// Page says that it is known where the page's portrait stands, Chip that the chip has one; Whole is the image of the page to show
	// where the portrait is not known, -1 when there is none.
	Page, Chip bool
	Whole      int
	Steps      []StepGroup
	// Closed are the names of images that cannot be decoded here.
	Closed []string
}

// Images are the names of everything that the screen shows as an image.
func (d *Inspected) Images() []string {
	var names []string
	if d.Page {
		names = append(names, PagePortrait)
	}
	if d.Chip {
		names = append(names, ChipPortrait)
	}
	for n, m := range d.Reading.Images {
		if len(m.Data) > 0 {
			names = append(names, strconv.Itoa(n))
		}
	}
	return names
}

func (d *Inspected) closed(image string) bool { return slices.Contains(d.Closed, image) }

// inspectedOf is what a reading shows; nil when the zone is all that was read: such a scan looks as one of a reader without a page.
func inspectedOf(s border.Subject, answers []border.Answer) *Inspected {
	r := s.Reading
	if r == nil || len(r.Values)+len(r.Images)+len(r.Barcodes)+len(r.Authenticity) == 0 && r.Chip == nil {
		return nil
	}
	d := &Inspected{Reading: r, Steps: groupsOf(answers)}
	d.Whole = slices.IndexFunc(r.Images, func(m reader.Image) bool { return m.Light == reader.White && len(m.Data) > 0 })
	m, _ := PortraitOf(r)
	d.Page = m != nil
	values := valuesOf(s)
	for _, source := range reader.Sources() {
		if len(values[source]) > 0 {
			d.Sources = append(d.Sources, source)
		}
	}
	if r.Chip != nil {
		face, err := emrtd.ParseDG2(r.Chip.Files[emrtd.FileDG(2)])
		if err == nil {
			_, d.Chip = face.Portrait()
		}
	}
	d.Rows = rowsOf(values, d.Sources, answers)
	return d
}

// PortraitOf is the image in which the page's portrait stands, and where in it; nil when it is not known where.
func PortraitOf(r *reader.Reading) (*reader.Image, *reader.Rectangle) {
	for n := range r.Images {
		if r.Images[n].Light == reader.PortraitCut && len(r.Images[n].Data) > 0 {
			return &r.Images[n], nil
		}
	}
	for _, v := range r.Values {
		if v.Field != "portrait" || v.Source != reader.VIZ || v.Area == nil {
			continue
		}
		for n := range r.Images {
			if m := &r.Images[n]; m.Light == reader.White && m.Page == v.Page && len(m.Data) > 0 {
				return m, v.Area
			}
		}
	}
	return nil, nil
}

// compared are the fields that stand side by side, in the order shown.
func compared() []string {
	return []string{
		"surname", "given_names", "document_number", "issuing_state", "nationality", "birth_date", "sex", "expiry_date", "personal_number",
	}
}

// valuesOf are the values of every source by field.
func valuesOf(s border.Subject) map[reader.Source]map[string]string {
	all := map[reader.Source]map[string]string{}
	put := func(source reader.Source, field, value string) {
		if value = strings.TrimSpace(value); value == "" || !slices.Contains(compared(), field) {
			return
		}
		if all[source] == nil {
			all[source] = map[string]string{}
		}
		if all[source][field] == "" {
			all[source][field] = value
		}
	}
	if s.MRZ != nil {
		zoneValues(s.MRZ, func(field, value string) { put(reader.MRZ, field, value) })
	}
	if chip := chipZone(s); chip != nil {
		zoneValues(chip, func(field, value string) { put(reader.ChipSource, field, value) })
	}
	for _, v := range s.Reading.Values {
		put(v.Source, v.Field, v.Text)
	}
	return all
}

// chipZone is the zone of DG1.
func chipZone(s border.Subject) *mrz.Document {
	if s.Reading.Chip == nil {
		return nil
	}
	dg1, err := emrtd.ParseDG1(s.Reading.Chip.Files[emrtd.FileDG(1)])
	if err != nil {
		return nil
	}
	parsed, err := mrz.Parse(dg1.Text(), s.Today)
	if err != nil {
		return nil
	}
	return parsed
}

func zoneValues(d *mrz.Document, put func(field, value string)) {
	put("surname", d.Surname)
	put("given_names", d.GivenNames)
	put("document_number", d.DocumentNumber)
	put("issuing_state", d.IssuingState)
	put("nationality", d.Nationality)
	put("birth_date", d.BirthDate.String())
	put("sex", d.Sex)
	put("expiry_date", d.ExpiryDate.String())
}

// Row is one field as every source says it.
type Row struct {
	Field   string
	Cells   []Cell // as Inspected.Sources
	Differs bool
}

// Cell is one source's value, in runs of characters that agree with the others and that do not.
type Cell struct {
	Source reader.Source
	Runs   []Run
	At     []int // the places of the characters that differ, from 1
}

// Run is a piece of a value.
type Run struct {
	Text    string
	Differs bool
}

// places are the differing characters in words: "4, 7".
func (c Cell) places() string {
	words := make([]string, len(c.At))
	for n, at := range c.At {
		words[n] = strconv.Itoa(at)
	}
	return strings.Join(words, ", ")
}

func rowsOf(values map[reader.Source]map[string]string, sources []reader.Source, answers []border.Answer) []Row {
	var rows []Row
	for _, field := range compared() {
		row := Row{Field: field}
		cells := make([]string, len(sources))
		some := false
		for n, source := range sources {
			cells[n] = values[source][field]
			some = some || cells[n] != ""
		}
		if !some {
			continue
		}
		marks := marksOf(field, sources, cells, answers)
		for n, source := range sources {
			cell := cellOf(source, cells[n], marks[n])
			row.Differs = row.Differs || len(cell.At) > 0
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	return rows
}

// marksOf are the characters of every cell that are not as in another cell that it was held against.
func marksOf(field string, sources []reader.Source, cells []string, answers []border.Answer) []map[int]bool {
	marks := make([]map[int]bool, len(cells))
	for n := range cells {
		marks[n] = map[int]bool{}
	}
	for a := range cells {
		for b := a + 1; b < len(cells); b++ {
			if cells[a] == "" || cells[b] == "" || agree(field, cells[a], cells[b]) || passed(field, sources[a], sources[b], answers) {
				continue
			}
			inA, inB := differing(cells[a], cells[b])
			for _, at := range inA {
				marks[a][at] = true
			}
			for _, at := range inB {
				marks[b][at] = true
			}
		}
	}
	return marks
}

// agree reports whether two sources say the same, however each writes it.
func agree(field, a, b string) bool {
	switch field {
	case "surname", "given_names":
		x, y := traveldoc.FoldName(a), traveldoc.FoldName(b)
		return x == y
	case "document_number", "personal_number":
		return plainNumber(a) == plainNumber(b)
	}
	return strings.EqualFold(a, b)
}

// plainNumber is a number without what is printed for the eye alone; unlike in look-ups, O is no zero.
func plainNumber(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "<", "", ".", "", "/", "").Replace(s))
}

// passed reports whether a check held the two sources against each other and found them to agree: names are written in other letters in
// the zone than on the page, and the check knows how.
func passed(field string, a, b reader.Source, answers []border.Answer) bool {
	for _, answer := range answers {
		for _, s := range answer.Finding.Steps {
			if s.Verdict == traveldoc.Pass && concerns(s, field) && hasSource(s, a) && hasSource(s, b) {
				return true
			}
		}
	}
	return false
}

func concerns(s border.Step, field string) bool {
	name := field == "surname" || field == "given_names"
	for _, v := range s.Values {
		if v.Field == field || name && v.Field == "name" {
			return true
		}
	}
	return strings.HasSuffix(s.ID, "."+field) || name && strings.HasSuffix(s.ID, ".name")
}

func hasSource(s border.Step, source reader.Source) bool {
	return slices.ContainsFunc(s.Values, func(v border.StepValue) bool { return v.Source == string(source) })
}

// longest is the longest value that is compared character by character.
const longest = 100

// differing are the places, from 0, of the characters of each value that the other does not have at that place: by place where they are
// equally long, else along their longest common part.
func differing(a, b string) (inA, inB []int) {
	x, y := []rune(a), []rune(b)
	if len(x) > longest || len(y) > longest {
		return places(len(x), nil), places(len(y), nil)
	}
	if len(x) == len(y) {
		for n := range x {
			if x[n] != y[n] {
				inA, inB = append(inA, n), append(inB, n)
			}
		}
		return inA, inB
	}
	keptX, keptY := common(x, y)
	return places(len(x), keptX), places(len(y), keptY)
}

// places are all of n that are not kept.
func places(n int, kept map[int]bool) []int {
	var out []int
	for at := range n {
		if !kept[at] {
			out = append(out, at)
		}
	}
	return out
}

// common are the places of a longest common subsequence in both.
func common(x, y []rune) (inX, inY map[int]bool) {
	length := make([][]int, len(x)+1)
	for i := range length {
		length[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			length[i][j] = max(length[i+1][j], length[i][j+1])
			if x[i] == y[j] {
				length[i][j] = length[i+1][j+1] + 1
			}
		}
	}
	inX, inY = map[int]bool{}, map[int]bool{}
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			inX[i], inY[j] = true, true
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return inX, inY
}

func cellOf(source reader.Source, value string, marks map[int]bool) Cell {
	c := Cell{Source: source}
	for n, r := range []rune(value) {
		if marks[n] {
			c.At = append(c.At, n+1)
		}
		if last := len(c.Runs) - 1; last >= 0 && c.Runs[last].Differs == marks[n] {
			c.Runs[last].Text += string(r)
			continue
		}
		c.Runs = append(c.Runs, Run{string(r), marks[n]})
	}
	return c
}

// device is what a reading was read by, in words.
func device(ctx context.Context, r *reader.Reading) string {
	if name := strings.TrimSpace(r.Device.Vendor + " " + r.Device.Model); name != "" {
		return name
	}
	if r.Device.Upload {
		return text.T(ctx, text.InspectDeviceUpload)
	}
	return text.T(ctx, text.InspectDeviceUnknown)
}

// simulated reports whether a simulated device gave the reading.
func (c *Card) simulated() bool {
	return c != nil && c.Subject.Reading != nil && c.Subject.Reading.Device.Simulated
}
