package counterview

import (
	"context"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// What other screens say of checks in the counter's own words.

// CheckName is the name of a check.
func CheckName(ctx context.Context, check string) string { return checkName(ctx, check) }

// SourceName is the name of a source.
func SourceName(ctx context.Context, source string) string { return sourceName(ctx, source) }

// NotChecked is why a check has no answer.
func NotChecked(ctx context.Context, reason string) string { return notCheckedReason(ctx, reason) }

// Evidence is the words for a piece of evidence.
func Evidence(ctx context.Context, e border.Evidence) string { return evidenceWord(ctx, e) }

// FieldWord is the name of the field that a piece of evidence is about; empty when there is none.
func FieldWord(ctx context.Context, e border.Evidence) string { return fieldWord(ctx, e) }

// Action is what an alert asks the officer to do.
func Action(ctx context.Context, code string) string { return actionWord(ctx, code) }

// Sex is the word for a sex as a document states it.
func Sex(ctx context.Context, code string) string { return sex(ctx, code) }

// Verdict is the word for a decision.
func Verdict(ctx context.Context, v border.Verdict) string { return verdict(ctx, v) }

// Name is a person's name, surname first.
func Name(i traveldoc.Identity) string { return name(i) }
