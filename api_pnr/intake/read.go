package intake

import (
	"crypto/sha256"
	"fmt"
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// reading is an item that was read.
type reading struct {
	item   *Item
	result message.Result
	broken error // the reader broke off
}

// read reads a body. A reader that panics is a fault of ours: it costs the item, not the process.
func (p *Processor) read(item *Item) (r reading) {
	r.item = item
	defer func() {
		if cause := recover(); cause != nil {
			r.result, r.broken = message.Result{}, fmt.Errorf("the reader broke off: %T", cause)
		}
	}()
	r.result = p.o.Read(item.Body)
	for n := range r.result.Messages {
		assume(&r.result.Messages[n])
		pnrgov.Dial(&r.result.Messages[n])
	}
	return r
}

// CodeFunction is the diagnostic of a message that does not say, in a way that is known, what it is for.
const CodeFunction = "function_unknown"

// assume gives a message that names people, but not what it is for, the purpose that costs nobody: it adds and changes whom it names, and
// takes nobody off.
func assume(m *apipnr.Message) {
	if m.Function != apipnr.Unknown && m.Function != "" || len(m.Travellers)+len(m.Reservations) == 0 {
		return
	}
	switch m.Type {
	case apipnr.PNRGOV:
		m.Function = apipnr.UpdatePush
	case apipnr.PAXLST:
		m.Function = apipnr.Change
	default:
		return
	}
	m.Diagnostics = append(m.Diagnostics, apipnr.Diagnostic{
		Code: CodeFunction, Severity: apipnr.Warning, Segment: 2, Offset: m.Start,
		Message: "what the message is for is not said, or not known: it adds and changes whom it names, and takes nobody off",
	})
}

// keys are what an item's order depends on: its flights and its series.
func (r reading) keys() []string {
	var keys []string
	for n := range r.result.Messages {
		m := &r.result.Messages[n]
		for _, f := range targets(m) {
			keys = append(keys, "flight "+f.Key().String())
		}
		if !m.Part.Alone() {
			k := r.seriesKey(m)
			keys = append(keys, "series "+k.Carrier+"\x00"+k.Sender+"\x00"+k.Access)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// targets are the flights that a message is applied to: the legs that cross the border; where none is said to, the first.
func targets(m *apipnr.Message) []apipnr.Flight {
	var list []apipnr.Flight
	for _, f := range m.Flights {
		if f.Role == apipnr.CrossingLeg && usable(f) {
			list = append(list, f)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, f := range m.Flights {
		if f.Role != apipnr.Overflight && f.Role != apipnr.BookedLeg && usable(f) {
			return []apipnr.Flight{f}
		}
	}
	return nil
}

// usable reports whether a flight can be told from others.
func usable(f apipnr.Flight) bool { return f.Carrier != "" && f.Number != "" }

func (r reading) seriesKey(m *apipnr.Message) SeriesKey {
	k := SeriesKey{Carrier: r.item.Carrier, Sender: m.Sender, Access: m.Access, Type: m.Type}
	if k.Access == "" {
		k.Access = m.Interchange
	}
	if list := targets(m); len(list) > 0 {
		k.Flight = list[0].Key().String()
	}
	return k
}

// digestOf is the SHA-256 of a message's own bytes.
func digestOf(item *Item, m *apipnr.Message) [sha256.Size]byte {
	start, end := min(max(m.Start, 0), len(item.Body)), min(max(m.End, 0), len(item.Body))
	if start >= end {
		return sha256.Sum256(item.Body)
	}
	return sha256.Sum256(item.Body[start:end])
}
