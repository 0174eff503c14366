// Package biometricsview draws the state of the biometric store. It shows numbers, and must never show anybody.
package biometricsview

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/ui/text"
)

// Engine is what searches.
type Engine struct {
	Name, Version string
	Outside       bool // an ABIS in the place of the gallery
	Away          bool // it does not answer
	Held          int  // persons that it holds; -1: it does not tell
	Loading       identify.Progress
}

// Screen is the page.
type Screen struct {
	fingers.State
	Policy fingers.Policy
	Engine Engine
	Now    time.Time
}

// row is a number with its name; wrong marks one that somebody has to look at.
type row struct {
	label text.Key
	value string
	wrong bool
}

func (s Screen) rows(ctx context.Context) []row {
	number := func(n int) string { return text.FromContext(ctx).Number(int64(n)) }
	list := []row{
		{text.BiometricsPersons, number(s.Persons), false},
		{text.BiometricsPrints, number(s.Prints), false},
		{text.BiometricsUnreadable, number(s.Engine.Loading.Unreadable), s.Engine.Loading.Unreadable > 0},
		{text.BiometricsRefused, number(s.Engine.Loading.Refused + s.Refused), s.Engine.Loading.Refused+s.Refused > 0},
		{text.BiometricsDue, number(s.Due), len(s.Reasons) > 0},
		{text.BiometricsTasks, number(s.Tasks), false},
		{text.BiometricsWaiting, number(s.Waiting), false},
		{text.BiometricsParked, number(s.Parked), s.Parked > 0},
	}
	if s.Engine.Held >= 0 {
		list = slices.Insert(list, 2, row{text.BiometricsHeld, number(s.Engine.Held), false})
	}
	return list
}

// retention are the numbers of persons whose time of keeping is over.
func (s Screen) retention(ctx context.Context) []row {
	number := func(n int) string { return text.FromContext(ctx).Number(int64(n)) }
	return []row{
		{text.BiometricsExpired, number(s.Retention.Expired), false},
		{text.BiometricsHeldTasks, number(s.Retention.OpenTasks), s.Retention.OpenTasks > 0},
		{text.BiometricsHeldHits, number(s.Retention.OpenHits), s.Retention.OpenHits > 0},
		{text.BiometricsErased, number(s.Retention.Erased), false},
	}
}

// reasons are the reasons in order.
func (s Screen) reasons() []string { return slices.Sorted(maps.Keys(s.Reasons)) }

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

// reason is a reason in words; one without words shows as itself.
func reason(ctx context.Context, code string) string {
	if key := text.Key("biometrics.reasons." + code); text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return code
}
