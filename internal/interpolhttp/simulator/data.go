package simulator

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/traveldoc"
)

// Size is how many records of each kind are made up.
type Size struct{ Documents, Persons, Vehicles int }

// DefaultSize is enough for a demonstration.
func DefaultSize() Size { return Size{Documents: 20000, Persons: 600, Vehicles: 2000} }

// Data are the records of the simulator. It is safe for concurrent use.
type Data struct {
	mu      sync.RWMutex
	now     func() time.Time
	seed    uint64
	version map[interpol.Kind]int
	records map[interpol.Kind][]interpol.Record
	byKey   map[interpol.Kind]map[string][]int // skeleton and issuer, token of a name, or plate: places of records
	ranges  map[interpol.Kind][]int
	byID    map[interpol.Kind]map[string]int
}

// NewData makes records up. The same seed and size give the same.
func NewData(seed uint64, size Size, now func() time.Time) *Data {
	d := &Data{
		now: now, seed: seed, version: map[interpol.Kind]int{}, records: map[interpol.Kind][]interpol.Record{},
		byKey: map[interpol.Kind]map[string][]int{}, ranges: map[interpol.Kind][]int{}, byID: map[interpol.Kind]map[string]int{},
	}
	for _, k := range interpol.Kinds() {
		d.byKey[k], d.byID[k] = map[string][]int{}, map[string]int{}
		d.version[k] = 1
	}
	r := rand.New(rand.NewPCG(seed, 6)) //nolint:gosec // made-up records are to be the same again, not to be unguessable
	for n := range size.Documents {
		d.add(interpol.SLTD, document(r, n))
	}
	for n := range size.Persons {
		person := person(r, n)
		d.add(interpol.Nominals, person)
		if n%3 == 0 {
			d.add(interpol.TDAWN, associated(r, person, n))
		}
	}
	for n := range size.Vehicles {
		d.add(interpol.Vehicles, car(r, n))
	}
	return d
}

// Put adds a record of the caller's, or takes the place of the one with its id; the list has a new version then.
func (d *Data) Put(k interpol.Kind, record interpol.Record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at, known := d.byID[k][record.ID]; known {
		record.Version = d.records[k][at].Version + 1
		d.records[k][at] = interpol.Record{} // its keys stay, and meet nothing
	}
	d.add(k, record)
	d.version[k]++
}

// Withdraw takes a record out, as the State does whose traveller found his document again. It reports false when there is none.
func (d *Data) Withdraw(k interpol.Kind, id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, known := d.byID[k][id]
	if known {
		d.records[k][at] = interpol.Record{}
		delete(d.byID[k], id)
		d.version[k]++
	}
	return known
}

// add needs the lock, or a Data that nobody else has yet.
func (d *Data) add(k interpol.Kind, record interpol.Record) {
	if record.Version == 0 {
		record.Version = 1
	}
	at := len(d.records[k])
	d.records[k] = append(d.records[k], record)
	d.byID[k][record.ID] = at
	for _, doc := range record.Subject.Documents {
		if doc.Until != "" {
			d.ranges[k] = append(d.ranges[k], at)
		}
		for _, number := range interpol.Listed(interpol.FoldNumber(doc.Number)) {
			d.key(k, documentKey(number, doc.Issuer), at)
		}
	}
	for _, name := range record.Subject.Names {
		for _, token := range tokens(name.Raw) {
			d.key(k, token, at)
		}
	}
	for _, v := range record.Subject.Vehicles {
		d.key(k, interpol.FoldNumber(v.Plate), at)
	}
}

func (d *Data) key(k interpol.Kind, key string, at int) {
	d.byKey[k][key] = append(d.byKey[k][key], at)
}

func documentKey(number, issuer string) string {
	return interpol.Issuer(issuer) + " " + interpol.Skeleton(number)
}

func tokens(name string) []string {
	return strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return r == ' ' || r == ',' || r == '-' || r == '\'' })
}

func pick(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

func day(r *rand.Rand, from, years int) traveldoc.Date {
	d, _ := traveldoc.NewDate(from+r.IntN(years), 1+r.IntN(12), 1+r.IntN(28)) // always a day of the calendar
	return d
}

// document is a lost, stolen or revoked travel document; every fortieth record is a range of blanks.
func document(r *rand.Rand, n int) interpol.Record {
	state := pick(r, states)
	d := alerts.Document{Type: "P", Issuer: state, Number: fmt.Sprintf("%c%c%07d", letter(r), letter(r), r.IntN(10_000_000))}
	switch {
	case n%40 == 0:
		d.Status = interpol.StolenBlank
		stem, first := d.Number[:5], r.IntN(8000)
		d.Number, d.Until = fmt.Sprintf("%s%04d", stem, first), fmt.Sprintf("%s%04d", stem, first+1+r.IntN(1999))
	case n%17 == 0:
		d.Status = interpol.Revoked
	case n%23 == 0:
		d.Status = interpol.FoundAgain
	case n%2 == 0:
		d.Status = interpol.Stolen
	default:
		d.Status = interpol.Lost
	}
	d.Issued = day(r, 2016, 9)
	return interpol.Record{
		Candidate: interpol.Candidate{
			ID: "S" + strconv.FormatInt(int64(n)+1, 10), Owner: state, Subject: alerts.Subject{Kind: alerts.DocumentOnly, Documents: []alerts.Document{d}},
		},
		Contact: "NCB " + state + " (made up)", EnteredOn: day(r, 2019, 7).String(),
		Remarks: []string{"Ask the bureau that entered it before anything is done: owners find documents again."},
	}
}

func person(r *rand.Rand, n int) interpol.Record {
	state := pick(r, states)
	notice := interpol.Notices()[r.IntN(len(interpol.Notices()))]
	surname, first := pick(r, surnames)+pick(r, []string{"", "", "SKI", "EZ", "OVA"}), pick(r, given)
	born := day(r, 1945, 60)
	record := interpol.Record{
		Candidate: interpol.Candidate{
			ID: fmt.Sprintf("%d/%d", 2019+r.IntN(7), n+1), Notice: notice, Owner: state,
			Subject: alerts.Subject{
				Kind: alerts.Person, Nationalities: []string{state}, Sexes: []string{pick(r, []string{"M", "F"})},
				Names:  []alerts.Name{{Raw: first + " " + surname, Kind: alerts.Primary, Parts: []alerts.NamePart{{Text: first, Role: alerts.Given}, {Text: surname, Role: alerts.Family}}}},
				Births: []alerts.Birth{{From: born, To: born}},
			},
		},
		Contact: "NCB " + state + " (made up)", Reason: "Made up: " + pick(r, offences), EnteredOn: day(r, 2019, 7).String(),
	}
	if notice == interpol.Red && r.IntN(2) == 0 {
		record.Safety = []string{pick(r, marks)}
	}
	record.Pictures = [][]byte{portrait(n)}
	return record
}

// associated is a document inside a person's notice.
func associated(r *rand.Rand, p interpol.Record, n int) interpol.Record {
	d := alerts.Document{Type: "P", Issuer: p.Owner, Number: fmt.Sprintf("%c%08d", letter(r), r.IntN(100_000_000)), Status: "held"}
	return interpol.Record{
		Candidate: interpol.Candidate{ID: "T" + strconv.Itoa(n+1), Notice: p.Notice, Owner: p.Owner, Safety: p.Safety,
			Subject: alerts.Subject{Kind: alerts.DocumentOnly, Documents: []alerts.Document{d}}},
		Contact: p.Contact, Reason: p.Reason, EnteredOn: p.EnteredOn, Links: []interpol.Linked{{Kind: interpol.Nominals, ID: p.ID}},
	}
}

func car(r *rand.Rand, n int) interpol.Record {
	state := pick(r, states)
	plate := fmt.Sprintf("%c%c%c %03d", letter(r), letter(r), letter(r), r.IntN(1000))
	return interpol.Record{
		Candidate: interpol.Candidate{ID: "V" + strconv.Itoa(n+1), Owner: state, Subject: alerts.Subject{
			Kind: alerts.VehicleOnly, Vehicles: []alerts.Vehicle{{Plate: plate, Country: state, Make: pick(r, makes)}},
		}},
		Contact: "NCB " + state + " (made up)", Reason: "Made up: stolen", EnteredOn: day(r, 2019, 7).String(),
	}
}

// letter is one of the 26.
func letter(r *rand.Rand) byte { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[r.IntN(26)] }
