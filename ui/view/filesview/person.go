package filesview

import (
	"encoding/json"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
)

// Person is the page of a file.
type Person struct {
	file.Person
	ID      uuid.UUID
	Purpose string
	file.Seen
	Link   Form   // to link the file with that of another document
	Done   string // what has just been saved
	Failed string
	// Others are files of other people with a document of the number that was asked for.
	Others []file.Known

	MayRepair, MayLink bool
	// Prints are the takings of prints; nil where none are kept.
	Prints *adjudicationview.OnFile
}

func personURL(id uuid.UUID, purpose string) templ.SafeURL {
	return templ.SafeURL("/files/" + id.String() + "?purpose=" + purpose)
}

func pairURL(a, b uuid.UUID) templ.SafeURL {
	p := file.PairOf(a, b)
	return templ.SafeURL("/duplicates/" + p.A.String() + "/" + p.B.String())
}

func evidenceURL(id uuid.UUID, e file.Attached, purpose string) templ.SafeURL {
	return templ.SafeURL("/files/" + id.String() + "/evidence/" + e.Subject.String() + "/" + e.ID.String() + "?purpose=" + purpose)
}

func stayColumns() []view.Column {
	return []view.Column{{Label: text.FilesFrom}, {Label: text.FilesTo}, {Label: text.FilesBasis}, {Label: text.FilesUntil},
		{Label: text.FilesCounted, Numeric: true}, {Label: text.FilesRemarks}}
}

func dayColumns() []view.Column {
	return []view.Column{{Label: text.FilesDay}, {Label: text.FilesWhy}, {Label: text.FilesCounts}, {Label: text.FilesUsedThen, Numeric: true},
		{Label: text.FilesShownRecords}}
}

func paperColumns() []view.Column {
	return []view.Column{{Label: text.FilesDocument}, {Label: text.FilesPerson}, {Label: text.FilesBorn}, {Label: text.FilesNationality},
		{Label: text.FilesExpiry}, {Label: text.FilesFirstSeen}}
}

func versionColumns() []view.Column {
	return []view.Column{{Label: text.FilesEventTime}, {Label: text.FilesWhat}, {Label: text.FilesStanding}, {Label: text.FilesAuthor},
		{Label: text.FilesProvenance}, {Label: text.FilesReceived}}
}

func wordColumns() []view.Column {
	return []view.Column{{Label: text.FilesSaidAt}, {Label: text.FilesVerdict}, {Label: text.FilesStanding}, {Label: text.FilesEvidence},
		{Label: text.FilesAuthor}, {Label: text.FilesCompare}}
}

// attachedTo are the attachments of a version.
func (p Person) attachedTo(id uuid.UUID) (list []file.Attached) {
	for _, a := range p.Attached {
		if a.Subject == id {
			list = append(list, a)
		}
	}
	return list
}

// lines are what a record says, as code (below a prefix of the catalogue) and text.
type line struct {
	prefix, code string
	words        string
}

// says reads the body of a record that this page knows; of the others the kind says enough.
func says(v file.Version) []line {
	switch v.Kind {
	case border.MovementSupplied:
		s := bodyOf[file.Supplied](v)
		return []line{{"files.directions", string(s.Direction), ""}, {words: s.Station}, {"files.grounds", s.Ground, ""}, {words: s.Evidence}}
	case border.MovementVoided:
		s := bodyOf[file.Voided](v)
		return []line{{"files.grounds", s.Ground, ""}, {words: s.Evidence}}
	case border.AuthorisationChanged:
		s := bodyOf[file.Authorisation](v)
		return []line{{"files.kinds", string(s.Kind), ""}, {words: s.Until.String()}, {words: s.Authority}, {words: s.Place}, {words: s.Sticker},
			{"files.grounds", s.Ground, ""}, {words: s.Evidence}}
	case border.FileLinked:
		s := bodyOf[file.Link](v)
		return []line{{"files.verdicts", string(s.Verdict), ""}, {"files.grounds", s.Ground, ""}, {words: s.Evidence}}
	case border.EvidenceAttached:
		s := bodyOf[file.Evidence](v)
		return []line{{words: s.Name}, {words: s.Note}}
	case border.KindCorrection:
		s := bodyOf[border.CorrectionEvent](v)
		return []line{{"code", s.Reason, ""}, {words: s.Note}}
	default: // what other areas record is shown by their own pages
		return nil
	}
}

func bodyOf[T any](v file.Version) (body T) {
	if err := json.Unmarshal(v.Body, &body); err != nil {
		var none T
		return none // written by another release: the kind and the times still show
	}
	return body
}
