package fingers

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
)

// TaskStore keeps the tasks of a crossing point. Every writing method writes the step's record, the audit entry, the event for the centre
// and what follows from a verdict in one transaction.
type TaskStore interface {
	// Change reads the task under a lock, lets act choose a step, and writes it. ErrNoSuchTask when there is none.
	Change(ctx context.Context, id uuid.UUID, act func(*Task) (Act, error)) error
	// Queue is a page of tasks, with the numbers behind the filters as of the same moment. The read is audited.
	Queue(ctx context.Context, q TaskQuery, entry audit.Entry) (TaskPage, error)
	// Version changes whenever the queue does, and tells nothing of anybody.
	Version(ctx context.Context) (TaskVersion, error)
	// Dossier is a task with what this station knows of both persons. The read is audited.
	Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (Dossier, error)
}

// Act is one step with its record and its audit entry.
type Act struct {
	Event  Event
	Record border.Record
	Entry  audit.Entry
	Actor  audit.Actor
	// Words are the words about the two files that stood when the adjudicator looked: a verdict takes their place.
	Words []uuid.UUID
}

// TaskFilter chooses tasks.
type TaskFilter string

// The filters.
const (
	TasksOpen       TaskFilter = "" // all without a verdict that stands
	TasksWaiting    TaskFilter = "waiting"
	TasksMine       TaskFilter = "mine"
	TasksCandidates TaskFilter = "candidates"
	TasksMismatches TaskFilter = "mismatches"
	TasksDone       TaskFilter = "done" // decided within TasksDoneWithin
)

// TaskFilters are the filters, in the order shown.
func TaskFilters() []TaskFilter {
	return []TaskFilter{TasksOpen, TasksWaiting, TasksMine, TasksCandidates, TasksMismatches, TasksDone}
}

// TasksDoneWithin is how far back the list of decided tasks goes; TaskPageSize is how many stand on a page.
const (
	TasksDoneWithin = 30 * 24 * time.Hour
	TaskPageSize    = 25
)

// TaskQuery asks for a page of the queue.
type TaskQuery struct {
	Filter TaskFilter
	Owner  string
	After  TaskCursor
	Now    time.Time
}

// TaskCursor is the place of a task in the queue; the zero one is before the first.
type TaskCursor struct {
	At time.Time
	ID uuid.UUID
}

// TaskPage is a page of the queue: the longest wait first, of the decided ones the newest.
type TaskPage struct {
	Items  []TaskItem
	Next   TaskCursor // zero on the last page
	Counts map[TaskFilter]int
}

// TaskItem is a task as a list shows it.
type TaskItem struct {
	ID        uuid.UUID
	Ground    string
	Place     string // who found it
	Elsewhere string // the station of a candidate whose prints are not here; empty when they are
	Score     float64
	// Found and More are fingers.Search's of the search that raised it; 0 where none did.
	Found, More int
	RaisedAt    time.Time
	Stage       TaskStage
	Owner       string
	Verdict     Verdict
	DecidedAt   time.Time
	Contested   bool
	// Name and Other are the persons' names, as far as this station knows them.
	Name, Other string
}

// TaskVersion tells two states of the queue apart.
type TaskVersion struct {
	Open      int
	ChangedAt time.Time
}

// Dossier is a task with what this station knows besides.
type Dossier struct {
	Task *Task
	// Taking is what was taken, as its enrolment says; nil when it is not known here.
	Taking *Taking
	// Traveller is whoever gave the prints; Other is the candidate, or the person of the file that the prints do not match.
	Traveller, Other Side
	// Words are the words about the two files that stand.
	Words []file.Word
	// Linkable says that both files are known here, so that a verdict can link them; Linked that they are one person already.
	Linkable, Linked bool
	// Bearer says that the candidate is the bearer of another person's document, who has no file; By is empty where another station found it.
	// Separated says it of whoever gave the prints of this task.
	Bearer, Separated *Bearer
}

// Side is one of the two persons as this station knows him.
type Side struct {
	File   uuid.UUID
	Papers []file.Known
	// Enrolled is where and when his prints were taken, newest first.
	Enrolled []Enrolment
	// Crossings is how many decisions this station wrote about his file, and LastCrossing when the last was.
	Crossings    int
	LastCrossing time.Time
}

// OnFile is a taking of a person as his file shows it: no print, only that there is one.
type OnFile struct {
	Enrolment
	// Outcome is what its prints are now: "enrolled" (references), "presented" (evidence of a verification) or "disputed"; "" when not known.
	Outcome string
	Erased  bool
}

// Prints gives the prints that a task is about, in clear. Every read is audited.
type Prints interface {
	// OfTaking is a taking with its prints, without images; nil when it is gone.
	OfTaking(ctx context.Context, taking uuid.UUID, entry audit.Entry) (*Taking, []Print, error)
	// References are a person's references by link, without images.
	References(ctx context.Context, link uuid.UUID, entry audit.Entry) ([]Print, error)
	// Image is one image in clear, for drawing it.
	Image(ctx context.Context, id uuid.UUID, entry audit.Entry) (Print, error)
}

// Evidence asks the centre for the prints of a candidate of another station: with templates and images, for drawing them, kept in memory
// only. The centre audits it, with the actor and the task. ErrNotWithinReach when there is no answer in time, ErrEvidenceRefused when the
// centre has none for the task.
type Evidence interface {
	Evidence(ctx context.Context, actor audit.Actor, task uuid.UUID, c Candidacy) ([]Print, error)
}
