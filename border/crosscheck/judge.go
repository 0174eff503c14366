package crosscheck

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Equipment is what the lanes of a crossing point are equipped with.
type Equipment int

// The equipments, each with all of the one before.
const (
	// ZoneReaders give the machine readable zone alone: nobody expects a page or a chip, but what comes is looked at.
	ZoneReaders Equipment = iota
	// PageReaders give images and the values of the visual zone.
	PageReaders
	// ChipReaders read the chip too.
	ChipReaders
)

// The reasons of steps that this package gives itself; keys of the text catalogue below "step_reason.".
const (
	ReasonNoRule        = "no_rule"        // the rules of documents say nothing of such a document
	ReasonNotRead       = "not_read"       // the device did not give the value
	ReasonNoZone        = "no_zone"        // there is no machine readable zone to compare with
	ReasonDeviceDoubts  = "device_doubts"  // the device itself says that the value may be wrong
	ReasonUnreadable    = "unreadable"     // the value is there, and is not of its kind
	ReasonDiffers       = "differs"        // the values are not the same
	ReasonAlike         = "look_alike"     // the values differ in characters that look alike, such as O and 0
	ReasonTransliter    = "transliterated" // the same name, written as the zone writes it
	ReasonTruncated     = "truncated"      // the same as far as the zone has room
	ReasonNoPage        = "no_page"        // the lane reads pages, and there is none of this document
	ReasonNoChip        = "no_chip"        // no chip was read
	ReasonChipExpected  = "chip_expected"  // documents of this kind have a chip, and none was read
	ReasonMissing       = "missing"        // what should be there is not
	ReasonOfficer       = "officer"        // a person has to look
	ReasonNoList        = "no_list"        // there is no list to look in
	ReasonListed        = "listed"         // the list names it
	ReasonTooShort      = "too_short"      // not valid for long enough
	ReasonTooLong       = "too_long"       // valid for longer than such documents are
	ReasonPattern       = "pattern"        // not formed as the numbers of such documents are
	ReasonCode          = "code"           // no document of the state has such a code
	ReasonImpossible    = "impossible"     // it cannot be so
	ReasonAltered       = "altered"        // characters stand or look otherwise than the others
	ReasonEdited        = "edited"         // the image went through a program that edits images
	ReasonDeviceRejects = "device_rejects" // the device says that the feature is wrong
	ReasonTrustMissing  = "no_trust"       // the station holds no trust material
	ReasonReadOtherwise = "read_otherwise" // read before, and another chip was there
	ReasonOutside       = "outside"        // the day lies outside
	ReasonDoubtful      = "doubtful"       // some characters were not read for sure
)

// Reasons are all of them, for the test of the catalogue of texts.
func Reasons() []string {
	return []string{
		ReasonNoRule, ReasonNotRead, ReasonNoZone, ReasonDeviceDoubts, ReasonUnreadable, ReasonDiffers, ReasonAlike, ReasonTransliter,
		ReasonTruncated, ReasonNoPage, ReasonNoChip, ReasonChipExpected, ReasonMissing, ReasonOfficer, ReasonNoList, ReasonListed,
		ReasonTooShort, ReasonTooLong, ReasonPattern, ReasonCode, ReasonImpossible, ReasonAltered, ReasonEdited, ReasonDeviceRejects,
		ReasonTrustMissing, ReasonOutside, ReasonReadOtherwise, ReasonDoubtful,
	}
}

// judge collects the steps of one check of one subject.
type judge struct {
	border.Subject
	rules Rules
	items map[string]Item
	steps []border.Step
}

func newJudge(check string, rules Rules, s border.Subject) *judge {
	j := &judge{Subject: s, rules: rules, items: map[string]Item{}}
	for _, i := range Catalogue() {
		if i.Check == check {
			j.items[i.ID] = i
		}
	}
	return j
}

// result is what one item came to.
type result struct {
	verdict traveldoc.Verdict
	reason  string
	detail  string
	values  []border.StepValue
	plain   bool // amber would say too much
}

func pass(values ...border.StepValue) result { return result{verdict: traveldoc.Pass, values: values} }

func fail(reason string, values ...border.StepValue) result {
	return result{verdict: traveldoc.Fail, reason: reason, values: values}
}

func unsure(reason string, values ...border.StepValue) result {
	return result{verdict: traveldoc.Inconclusive, reason: reason, values: values}
}

func notDone(reason string, values ...border.StepValue) result {
	return result{verdict: traveldoc.NotDone, reason: reason, values: values}
}

// add keeps what an item came to. A step that the catalogue does not name by itself, such as a feature of the device, has the
// severity of the item that stands for it.
func (j *judge) add(id string, r result) { j.addAs(id, id, r) }

func (j *judge) addAs(item, id string, r result) {
	i := j.rules.apply(j.items[item], j.Document, j.Today)
	if i.Severity == "" { // a step that is newer than the catalogue must not pass unseen
		i.Severity = border.Acknowledge
	}
	if r.plain {
		i.Amber = false
	}
	if r.verdict == traveldoc.Pass {
		i.Severity, i.Amber = "", false
		r.values = slices.DeleteFunc(r.values, personal)
	}
	j.steps = append(j.steps, border.Step{
		ID: id, Verdict: r.verdict, Reason: r.reason, Detail: r.detail, Severity: i.Severity, Amber: i.Amber, Values: r.values,
	})
}

func (j *judge) finding(check string) border.Finding {
	return border.Conclude(check, border.Source{Name: check, Version: j.rules.version}, j.steps)
}

// value is a side of a comparison.
func value(source, field, text string) border.StepValue {
	return border.StepValue{Source: source, Field: field, Text: text}
}

// read is a value that the device gave, and whether it gave one that is not empty.
func (j *judge) read(source reader.Source, field string) (reader.Value, bool) {
	if j.Reading == nil {
		return reader.Value{}, false
	}
	for _, v := range j.Reading.Values {
		if v.Source == source && v.Field == field && strings.TrimSpace(v.Text) != "" {
			return v, true
		}
	}
	return reader.Value{}, false
}

// personal: what is the same in two places is kept once, with the zone and among the exhibits, which can be erased; a finding cannot.
func personal(v border.StepValue) bool {
	switch v.Source {
	case "trust", "device", "rule":
		return false
	}
	return !slices.Contains([]string{"document", "signer", "signed", "read_by", "access"}, v.Field)
}
