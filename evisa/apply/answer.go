package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/vault"
)

// Upload is a file that comes with a reply or an appeal.
type Upload struct {
	Kind string
	Data []byte
	// Field is what a problem with this file is told at; FieldFile when it is empty.
	Field string
}

// mostUploads is how many files may come at once.
const mostUploads = 10

var (
	textField = Field{Name: FieldText, Kind: KindLong, Most: mostLong}
	sureField = Field{Name: FieldSure, Kind: KindCheck, Required: true}
)

// Reply answers the open request with field "text" and files; one of both is needed. ErrNotNow when nothing is asked, or it was answered.
func (s *Service) Reply(ctx context.Context, token string, form Form, files []Upload) (Problems, error) {
	text, p := one(form, textField)
	if p == nil && text == "" && len(files) == 0 {
		p = Problems{bad("required").At(FieldText)}
	}
	if p != nil {
		return p, nil
	}
	kept, p, err := s.takeAll(ctx, token, files)
	if p != nil || err != nil {
		return p, err
	}
	return nil, s.say(ctx, token, evisa.ParcelReply, kept, func(st Standing, files []evisa.File) (any, string, error) {
		if !st.MayReply {
			return nil, "", ErrNotNow
		}
		id := st.Told.Request.ID
		return evisa.Reply{Request: id, Text: text, Files: files}, id.String(), nil
	})
}

// Withdraw withdraws the application; field "text" may say why, field "sure" must be yes.
func (s *Service) Withdraw(ctx context.Context, token string, form Form) (Problems, error) {
	text, p := one(form, textField)
	_, more := one(form, sureField)
	if p = append(p, more...); len(p) > 0 {
		return p, nil
	}
	return nil, s.say(ctx, token, evisa.ParcelWithdrawal, nil, func(st Standing, _ []evisa.File) (any, string, error) {
		if !st.MayWithdraw {
			return nil, "", ErrNotNow
		}
		return evisa.Said{Text: text}, answerWithdrawal, nil
	})
}

// Appeal appeals against a refusal with field "text" (needed) and files.
func (s *Service) Appeal(ctx context.Context, token string, form Form, files []Upload) (Problems, error) {
	f := textField
	f.Required = true
	text, p := one(form, f)
	if p != nil {
		return p, nil
	}
	kept, p, err := s.takeAll(ctx, token, files)
	if p != nil || err != nil {
		return p, err
	}
	return nil, s.say(ctx, token, evisa.ParcelAppeal, kept, func(st Standing, files []evisa.File) (any, string, error) {
		if !st.MayAppeal {
			return nil, "", ErrNotNow
		}
		return evisa.Said{Text: text, Files: files}, answerAppeal, nil
	})
}

// takeAll looks at files, for somebody who may send them.
func (s *Service) takeAll(ctx context.Context, token string, files []Upload) (kept []upload.Kept, p Problems, err error) {
	if len(files) == 0 {
		return nil, nil, nil
	}
	if _, err := s.Standing(ctx, token); err != nil {
		return nil, nil, err
	}
	if len(files) > mostUploads {
		return nil, nil, ErrFiles.With("most", mostUploads)
	}
	for _, f := range files {
		one, err := s.Files.Take(ctx, f.Kind, f.Data)
		if err != nil {
			p, err = onField(err, cmp.Or(f.Field, FieldFile))
			return nil, p, err
		}
		kept = append(kept, one)
	}
	return kept, nil, nil
}

// say writes a parcel about an application that was sent, once for what it answers. write gives its body, what it answers, and whether that
// may be now.
func (s *Service) say(ctx context.Context, token string, kind evisa.ParcelKind, kept []upload.Kept,
	write func(Standing, []evisa.File) (any, string, error),
) error {
	return s.Store.InTx(ctx, func(tx Tx) error {
		st, err := s.follow(ctx, tx, token)
		if err != nil {
			return err
		}
		var files []evisa.File
		for _, k := range kept {
			files = append(files, k.File)
		}
		value, what, err := write(st, files)
		if err != nil {
			return err
		}
		if err := tx.Answered(ctx, st.Application, what, s.Now()); errors.Is(err, ErrTaken) {
			return ErrNotNow
		} else if err != nil {
			return err
		}
		return errors.Join(s.parcel(ctx, tx, st, kind, value, kept), s.note(ctx, tx, audit.Alteration, ObjectApplication, st.Application, string(kind)))
	})
}

func (s *Service) parcel(ctx context.Context, tx Tx, st Standing, kind evisa.ParcelKind, value any, kept []upload.Kept) error {
	centre, err := s.centre(ctx, tx)
	if err != nil {
		return err
	}
	key, err := vault.NewDataKey(s.NewID(), s.Random)
	if err != nil {
		return err
	}
	row, err := ParcelFor(centre, key, ParcelRow{ID: s.NewID(), Kind: kind, Group: st.Group, Application: st.Application, At: s.Now().UTC()}, value)
	if err != nil {
		return err
	}
	if err := tx.InsertParcel(ctx, row); err != nil {
		return err
	}
	for _, k := range kept {
		sealed, err := key.Seal(Place(PlaceFile, k.ID), k.Data)
		if err != nil {
			return err
		}
		if err := tx.InsertParcelFile(ctx, row.ID, k.ID, sealed); err != nil {
			return err
		}
	}
	return nil
}

// ParcelFor completes a parcel: its body sealed for the centre.
func ParcelFor(centre Sealer, key *vault.DataKey, row ParcelRow, value any) (ParcelRow, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return row, err
	}
	sealed, err := centre.SealUnder(key, Place(PlaceParcel, row.ID), text)
	row.Key, row.Envelope, row.Sealed, row.CentreKey = sealed.Key, sealed.Envelope, sealed.Sealed, centre.For.ID
	return row, err
}
