package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// Declare is what an applicant agrees to: he ticked the box below the policy's declaration and notice, in the language they were shown in.
type Declare struct {
	Agreed      bool
	Declaration string // version shown
	Notice      string // version shown
	Language    string
}

// sendTries is how often a reference may be drawn that somebody has.
const sendTries = 5

// Send sends all applications of a draft, in one transaction; sending it twice is sending it once. From then on nobody reads it here.
// Problems are ErrMissing (see Missing), or of the field "agreed".
func (s *Service) Send(ctx context.Context, token string, declare Declare) (sent Sent, p Problems, err error) {
	for range sendTries {
		err = s.Store.InTx(ctx, func(tx Tx) (err error) {
			sent, p, err = s.send(ctx, tx, token, declare)
			return err
		})
		if !errors.Is(err, ErrTaken) {
			break
		}
	}
	if err != nil || p != nil {
		return Sent{}, p, err
	}
	return sent, nil, nil
}

func (s *Service) send(ctx context.Context, tx Tx, token string, declare Declare) (Sent, Problems, error) {
	h, err := s.hold(ctx, tx, token)
	if err != nil {
		return Sent{}, nil, err
	}
	if h.Sent != nil {
		return *h.Sent, nil, nil
	}
	if p := s.mayNot(h.Draft, declare); p != nil {
		return Sent{}, p, nil
	}
	_, fee := s.Fee(h.Draft)
	if !fee.Zero() && !s.Payments {
		return Sent{}, nil, ErrNoPayment
	}
	sent, err := s.handOver(ctx, h, declare, fee)
	if err != nil {
		return Sent{}, nil, err
	}
	letter := Letter{To: h.answer(PageContact, FieldEmail), Language: h.Language, Kind: LetterSent, Reference: sent.Applications[0].Reference}
	for _, a := range sent.Applications {
		letter.All = append(letter.All, a.Reference)
	}
	if err := s.mail(ctx, tx, letter); err != nil {
		return Sent{}, nil, err
	}
	return sent, nil, tx.CloseDraft(ctx, h.ID, sent)
}

// mayNot says what stands in the way of sending.
func (s *Service) mayNot(d Draft, declare Declare) Problems {
	if len(s.Missing(d)) > 0 {
		return Problems{ErrMissing}
	}
	switch {
	case !declare.Agreed:
		return Problems{bad("not_agreed").At(FieldAgreed)}
	case declare.Declaration != s.Policy.Declaration || declare.Notice != s.Policy.Notice || spoken(declare.Language) != declare.Language:
		return Problems{bad("words_changed").At(FieldAgreed)} // other words were shown than hold now
	}
	return nil
}

// handOver writes a parcel for each application, sealed for the centre alone.
func (s *Service) handOver(ctx context.Context, h *held, declare Declare, fee evisa.Money) (Sent, error) {
	now := s.Now().UTC()
	sent := Sent{Group: h.ID, Fee: fee, State: evisa.Received, At: now}
	if !fee.Zero() {
		sent.State = evisa.Waiting
	}
	centre, err := s.centre(ctx, h.tx)
	if err != nil {
		return Sent{}, err
	}
	said := evisa.Declaration{Version: declare.Declaration, Notice: declare.Notice, Language: declare.Language, At: now}
	for i := range h.Members {
		app, err := s.application(h.Draft, i, said)
		if err != nil {
			return Sent{}, err
		}
		if err := s.parcelOf(ctx, h, centre, app, sent.State == evisa.Waiting); err != nil {
			return Sent{}, err
		}
		sent.Applications = append(sent.Applications, SentApplication{ID: app.ID, Reference: app.Reference, Lead: app.Lead, Type: app.Type, Fee: app.Fee})
	}
	if fee.Zero() {
		return sent, nil
	}
	return sent, h.tx.Owe(ctx, pay.New{Group: h.ID, Application: h.Lead().ID, Amount: fee, Language: h.Language})
}

func (s *Service) parcelOf(ctx context.Context, h *held, centre Sealer, app evisa.Application, waits bool) error {
	row := ParcelRow{ID: s.NewID(), Kind: evisa.ParcelApplication, Group: h.ID, Application: app.ID, At: app.SentAt, Held: waits}
	row, err := ParcelFor(centre, h.key, row, app)
	if err != nil {
		return err
	}
	if err := h.tx.InsertParcel(ctx, row); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(app.Files))
	for i, f := range app.Files {
		ids[i] = f.ID
	}
	if err := h.tx.MoveFiles(ctx, h.ID, ids, row.ID); err != nil {
		return err
	}
	marks, err := s.marks(ctx, h.tx)
	if err != nil {
		return err
	}
	standing := StandingRow{Application: app.ID, Group: h.ID, Reference: app.Reference, Type: app.Type, Fee: app.Fee, SentAt: app.SentAt, Paid: !waits}
	if standing.BirthMark, err = marks.Birth(string(app.Reference), app.Identity.BirthDate.String()); err != nil {
		return err
	}
	return errors.Join(h.tx.InsertStanding(ctx, standing), s.note(ctx, h.tx, audit.Collection, ObjectApplication, app.ID, "sent"))
}

// application is what a member asks for. Its id is the member's, so that sending again what was sent cannot make a second one.
func (s *Service) application(d Draft, at int, said evisa.Declaration) (evisa.Application, error) {
	m := d.Members[at]
	reference, err := evisa.NewReference(s.Random)
	if err != nil {
		return evisa.Application{}, err
	}
	t, known := s.Policy.Type(m.answer(PageType, FieldType))
	if !known { // what is missing was told before
		return evisa.Application{}, fmt.Errorf("application %s: its type is none of the policy", m.ID)
	}
	app := evisa.Application{
		ID: m.ID, Reference: reference, Group: d.ID, Lead: at == 0, Relation: m.answer(PageRelation, FieldRelation),
		Type: t.Code, Purpose: d.answer(PagePurpose, FieldPurpose), Identity: m.identity(), Document: m.document(), Read: m.read(),
		OtherNames: m.answer(PageName, FieldOtherNames), OriginalName: m.answer(PageName, FieldOriginalName),
		BirthPlace: m.answer(PageBirth, FieldBirthPlace), BirthCountry: m.answer(PageBirth, FieldBirthCountry),
		DocumentIssue: dateOf(m.answer(PageDocument, FieldIssued)), RefusedBefore: m.answer(PageHistory, FieldRefusedText),
		Contact: d.contact(), Journey: d.journey(), Host: d.host(), Grounds: d.answer(PageClaims, FieldGrounds),
		Humanitarian: d.answer(PageClaims, FieldHumanitarian) == yes, FamilyReunification: d.answer(PageClaims, FieldReunion) == yes,
		Files: m.Files, Declaration: said, Fee: t.Fee, Language: d.Language, SentAt: said.At,
	}
	return app, nil
}

func (m Member) identity() traveldoc.Identity {
	return traveldoc.Identity{
		Surname: m.answer(PageName, FieldSurname), GivenNames: m.answer(PageName, FieldGivenNames), Sex: m.answer(PageBirth, FieldSex),
		BirthDate: dateOf(m.answer(PageBirth, FieldBirthDate)), Nationality: traveldoc.FoldState(m.answer(PageNation, FieldNationality)),
	}
}

func (m Member) document() traveldoc.Document {
	d := traveldoc.Document{
		Code: m.answer(PageNation, FieldDocumentCode), Number: m.answer(PageDocument, FieldNumber),
		IssuingState: traveldoc.FoldState(m.answer(PageDocument, FieldIssuer)), ExpiryDate: dateOf(m.answer(PageDocument, FieldExpires)),
	}
	if m.Read != nil {
		d.MRZ = m.Read.MRZ
	}
	return d
}

func (m Member) read() string {
	if m.Read != nil {
		return "photo"
	}
	return "typed"
}

func (d Draft) contact() evisa.Contact {
	return evisa.Contact{
		Email: d.answer(PageContact, FieldEmail), Phone: d.answer(PageContact, FieldPhone), Address: d.answer(PageContact, FieldAddress),
		Country: d.answer(PageContact, FieldCountry),
	}
}

func (d Draft) journey() evisa.Journey {
	entries := map[string]int{"1": 1, "2": 2}[d.answer(PageJourney, FieldEntries)]
	return evisa.Journey{
		Arrival: dateOf(d.answer(PageJourney, FieldArrival)), Departure: dateOf(d.answer(PageJourney, FieldDeparture)), Entries: entries,
		Port: d.answer(PageJourney, FieldPort), Stays: d.answer(PageJourney, FieldStays),
	}
}

func (d Draft) host() *evisa.Host {
	if d.answer(PageHost, FieldHasHost) != yes {
		return nil
	}
	return &evisa.Host{
		Kind: d.answer(PageHost, FieldHostKind), Name: d.answer(PageHost, FieldHostName), Address: d.answer(PageHost, FieldHostAddress),
		Phone: d.answer(PageHost, FieldHostPhone), Email: d.answer(PageHost, FieldHostEmail), Pays: d.answer(PageHost, FieldHostPays) == yes,
	}
}
