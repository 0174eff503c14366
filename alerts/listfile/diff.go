package listfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
)

// Diff is what a new edition of a list changes. Every alert of both editions is in exactly one of its parts; each part is in the order of
// the edition it comes from.
type Diff struct {
	Added     []alerts.Alert `json:"added,omitempty"`
	Changed   []Change       `json:"changed,omitempty"`
	Removed   []alerts.Alert `json:"removed,omitempty"`
	Unchanged int            `json:"unchanged"`
}

// Change is an alert that both editions have and that is not the same.
type Change struct {
	Old alerts.Alert `json:"old"`
	New alerts.Alert `json:"new"`
	// Fields are the names, in JSON, of what differs, in the order of the alert: "reason", "subject.names", ...
	Fields []string `json:"fields"`
}

// Compare tells what a new edition of a list changes: alerts are the same by their id. Neither the list nor the version of an alert, nor
// the order within its lists of values, changes it.
func Compare(before, after []alerts.Alert) Diff {
	var d Diff
	old := make(map[string]int, len(before))
	for i := range before {
		old[before[i].ID] = i
	}
	kept := make([]bool, len(before))
	for i := range after {
		at, known := old[after[i].ID]
		if !known {
			d.Added = append(d.Added, after[i])
			continue
		}
		kept[at] = true
		if fields := Differ(before[at], after[i]); len(fields) > 0 {
			d.Changed = append(d.Changed, Change{before[at], after[i], fields})
		} else {
			d.Unchanged++
		}
	}
	for i := range before {
		if !kept[i] {
			d.Removed = append(d.Removed, before[i])
		}
	}
	return d
}

// Differ names the fields in which two alerts differ, by their names in JSON; those of the subject begin with "subject.".
func Differ(a, b alerts.Alert) []string {
	a.List, b.List = "", ""
	a.Version, b.Version = 0, 0
	fields := differ(nil, "", reflect.ValueOf(a), reflect.ValueOf(b))
	at := slices.Index(fields, "subject")
	if at < 0 {
		return fields
	}
	inside := differ(nil, "subject.", reflect.ValueOf(a.Subject), reflect.ValueOf(b.Subject))
	return slices.Replace(fields, at, at+1, inside...)
}

func differ(fields []string, prefix string, a, b reflect.Value) []string {
	for i := range a.NumField() {
		if !same(a.Field(i), b.Field(i)) {
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
			fields = append(fields, prefix+name)
		}
	}
	return fields
}

// same compares two values of one field: lists in any order, an empty one like none.
func same(a, b reflect.Value) bool {
	switch {
	case a.Kind() == reflect.Struct && a.Type() == reflect.TypeFor[alerts.Subject]():
		return len(differ(nil, "", a, b)) == 0
	case a.Kind() != reflect.Slice:
		return reflect.DeepEqual(a.Interface(), b.Interface())
	case a.Len() != b.Len():
		return false
	}
	return a.Len() == 0 || reflect.DeepEqual(a.Interface(), b.Interface()) || slices.Equal(texts(a), texts(b))
}

// texts are the values of a list in the order of their text.
func texts(list reflect.Value) []string {
	all := make([]string, list.Len())
	for i := range all {
		all[i] = fmt.Sprintf("%#v", list.Index(i).Interface())
	}
	slices.Sort(all)
	return all
}
