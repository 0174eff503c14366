package counterview

import (
	"context"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/ui/text"
)

// The words of the domain's codes. A code without words shows as itself, so that nothing is hidden.

func word(ctx context.Context, words map[string]text.Key, code string) string {
	if key, ok := words[code]; ok {
		return text.T(ctx, key)
	}
	return code
}

// coded is the words of a code of an area of the catalogue, such as "category.minor".
func coded(ctx context.Context, area, code string) string {
	key := text.Key(area + "." + code)
	if code == "" || !text.FromContext(ctx).Has(key) {
		return code
	}
	return text.T(ctx, key)
}

// Category is the words for a category of travellers.
func Category(ctx context.Context, c border.Category) string {
	return coded(ctx, "category", string(c))
}

// Basis is the words for a basis of stay.
func Basis(ctx context.Context, b border.Basis) string { return coded(ctx, "basis", string(b)) }

// Relation is the words for what an adult is to a minor.
func Relation(ctx context.Context, code string) string { return coded(ctx, "relation", code) }

// Consent is the words for what shows the consent of the parents.
func Consent(ctx context.Context, code string) string { return coded(ctx, "consent", code) }

// DaysReason is the words for why fewer days were granted.
func DaysReason(ctx context.Context, code string) string { return coded(ctx, "days_reason", code) }

// Particular is the name of a field of a mode.
func Particular(ctx context.Context, code string) string { return coded(ctx, "particular", code) }

func checkName(ctx context.Context, check string) string {
	return codedOr(ctx, "check", strings.ReplaceAll(check, ".", "_"), outsideName(ctx, check))
}

func sourceName(ctx context.Context, source string) string {
	return codedOr(ctx, "check", "source_"+strings.ReplaceAll(source, ".", "_"), outsideName(ctx, source))
}

// codedOr is coded, with what shows when there are no words.
func codedOr(ctx context.Context, area, code, otherwise string) string {
	if words := coded(ctx, area, code); words != code {
		return words
	}
	return otherwise
}

func notCheckedReason(ctx context.Context, reason string) string {
	words := word(ctx, map[string]text.Key{
		border.ReasonTimeout: text.CheckReasonTimeout, border.ReasonUnreachable: text.CheckReasonUnreachable,
		border.ReasonListMissing: text.CheckReasonListMissing, border.ReasonListTooOld: text.CheckReasonListTooOld,
		border.ReasonListIncomplete:   text.CheckReasonListIncomplete,
		border.ReasonDataInsufficient: text.CheckReasonDataInsufficient, border.ReasonFailed: text.CheckReasonFailed,
	}, reason)
	if words == reason {
		words = codedOr(ctx, "check", "reason_"+reason, reason)
	}
	if words == reason {
		return StepReason(ctx, reason) // a check made of steps gives the reason of the first that has no answer
	}
	return words
}

// Reason is the words for a coded reason of a decision, a correction or a dismissal.
func Reason(ctx context.Context, code string) string {
	return word(ctx, map[string]text.Key{
		"not_same_person": text.CodeNotSamePerson, "document_examined": text.CodeDocumentExamined,
		"supervisor_agreed": text.CodeSupervisorAgreed, "checked_by_other_means": text.CodeCheckedByOtherMeans,
		"humanitarian": text.CodeHumanitarian, "hit": text.CodeHit, "document_doubt": text.CodeDocumentDoubt,
		"identity_doubt": text.CodeIdentityDoubt, "conditions_of_stay": text.CodeConditionsOfStay,
		"not_checked": text.CodeNotChecked, "vulnerable": text.CodeVulnerable, "other": text.CodeOther,
		"A": text.CodeRefuseA, "B": text.CodeRefuseB, "C": text.CodeRefuseC, "D": text.CodeRefuseD, "E": text.CodeRefuseE,
		"F": text.CodeRefuseF, "G": text.CodeRefuseG, "H": text.CodeRefuseH, "I": text.CodeRefuseI,
		"wrong_key": text.CodeWrongKey, "wrong_traveller": text.CodeWrongTraveller, "new_information": text.CodeNewInformation,
		"misread": text.CodeMisread, border.HandedOver: text.CodeHandedOver, "scanned_twice": text.CodeScannedTwice, "stepped_back": text.CodeSteppedBack,
	}, code)
}

// Purpose is the words for a coded purpose of travel.
func Purpose(ctx context.Context, code string) string {
	return word(ctx, map[string]text.Key{
		"holiday": text.CodeHoliday, "visit": text.CodeVisit, "business": text.CodeBusiness, "work": text.CodeWork,
		"study": text.CodeStudy, "transit": text.CodeTransit, "return_home": text.CodeReturnHome, "medical": text.CodeMedical,
		"official": text.CodeOfficial, "other": text.CodeOther,
	}, code)
}

// Mode is the words for a mode of transport.
func Mode(ctx context.Context, m border.Mode) string {
	return word(ctx, map[string]text.Key{
		string(border.Air): text.CodeAir, string(border.Land): text.CodeLand, string(border.Sea): text.CodeSea,
		string(border.Rail): text.CodeRail, string(border.River): text.CodeRiver, string(border.Foot): text.CodeFoot,
	}, string(m))
}

// Direction is the word for a direction.
func Direction(ctx context.Context, d border.Direction) string {
	if d == border.Exit {
		return text.T(ctx, text.CounterExit)
	}
	return text.T(ctx, text.CounterEntry)
}

func verdict(ctx context.Context, v border.Verdict) string {
	return word(ctx, map[string]text.Key{
		string(border.Admit): text.CounterVerdictAdmit, string(border.Refer): text.CounterVerdictRefer,
		string(border.Refuse): text.CounterVerdictRefuse,
	}, string(v))
}

func sex(ctx context.Context, s string) string {
	return word(ctx, map[string]text.Key{"M": text.CounterSexM, "F": text.CounterSexF, "X": text.CounterSexX}, s)
}

// evidenceWord is the words for a piece of evidence. The document check's own codes are keys of the catalogue below "evidence.";
// a test holds every one of them against it.
func evidenceWord(ctx context.Context, e border.Evidence) string {
	if id, is := strings.CutPrefix(e.Code, stepPrefix); is {
		return StepName(ctx, id)
	}
	key := text.Key("evidence." + e.Code)
	if text.FromContext(ctx).Has(key) {
		return text.T(ctx, key)
	}
	return word(ctx, map[string]text.Key{
		"alert_document": text.CheckAlertDocument, "alert_name": text.CheckAlertName, "alert_birth_date": text.CheckAlertBirthDate,
		"alert_reason": text.CheckAlertReason, "alert_action": text.CheckAlertAction,
		"previous_none": text.CheckPreviousNone, "previous_entry": text.CheckPreviousEntry, "previous_exit": text.CheckPreviousExit,
		"open_entry": text.CheckOpenEntry, "exit_without_entry": text.CheckExitWithoutEntry, "other_bearer": text.CheckOtherBearer, "second_document": text.CheckSecondDocument,
		"check_broken": text.CheckCheckBroken,
	}, e.Code)
}

// actionWord is what an alert asks the officer to do.
func actionWord(ctx context.Context, code string) string { return coded(ctx, "alert_action", code) }

// safetyWords are marks of officers' safety, with commas, in words.
func safetyWords(ctx context.Context, marks string) string {
	words := strings.Split(marks, ",")
	for i, mark := range words {
		words[i] = coded(ctx, "safety", mark)
	}
	return strings.Join(words, ", ")
}

// versionsOf names the lists that were looked in, each with its version.
func versionsOf(sources []border.Source) string {
	words := make([]string, len(sources))
	for i, s := range sources {
		words[i] = s.Name + " " + s.Version
	}
	return strings.Join(words, ", ")
}

// fieldWord is the name of the field that a piece of the document's evidence is about; empty when its words name it already.
func fieldWord(ctx context.Context, e border.Evidence) string {
	key := text.Key("field." + e.Field)
	if e.Field == "" || !text.FromContext(ctx).Has(key) || !text.FromContext(ctx).Has(text.Key("evidence."+e.Code)) {
		return ""
	}
	return text.T(ctx, key)
}
