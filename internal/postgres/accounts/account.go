package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
)

// accountRow is a row of account.
type accountRow struct {
	ID                 uuid.UUID `gorm:"primaryKey"`
	Login              string
	DisplayName        string
	Role               string
	Agency             string
	Language           string
	Disabled           bool
	PasswordHash       string
	MustChangePassword bool
	PINHash            string `gorm:"column:pin_hash"`
	CreatedAt          time.Time
}

// TableName is the table's name for GORM.
func (accountRow) TableName() string { return "account" }

func accountRowOf(a auth.Account) accountRow {
	return accountRow{
		ID: a.ID, Login: a.Login, DisplayName: a.DisplayName, Role: string(a.Role), Agency: a.Agency, Language: a.Language,
		Disabled: a.Disabled, PasswordHash: a.PasswordHash, MustChangePassword: a.MustChangePassword,
		PINHash: a.PINHash, CreatedAt: a.CreatedAt,
	}
}

func (r accountRow) account() auth.Account {
	return auth.Account{
		User: auth.User{
			ID: r.ID, Login: r.Login, DisplayName: r.DisplayName, Role: auth.Role(r.Role), Agency: r.Agency, Disabled: r.Disabled,
			Language: r.Language, MustChangePassword: r.MustChangePassword, HasPIN: r.PINHash != "",
			CreatedAt: r.CreatedAt.UTC(),
		},
		PasswordHash: r.PasswordHash, PINHash: r.PINHash,
	}
}

// AccountByLogin finds the account of a normalised login.
func (s *Store) AccountByLogin(ctx context.Context, login string) (auth.Account, error) {
	return takeAccount(s.db.Gorm.WithContext(ctx), "login = ?", login)
}

// AccountByID finds an account.
func (s *Store) AccountByID(ctx context.Context, id uuid.UUID) (auth.Account, error) {
	return takeAccount(s.db.Gorm.WithContext(ctx), "id = ?", id)
}

func takeAccount(db *gorm.DB, condition string, value any) (auth.Account, error) {
	var row accountRow
	err := db.Where(condition, value).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return auth.Account{}, problem.New(problem.NotFound, "user_unknown")
	case err != nil:
		return auth.Account{}, fmt.Errorf("reading an account: %w", err)
	}
	return row.account(), nil
}

// Users lists all users by login.
func (s *Store) Users(ctx context.Context) ([]auth.User, error) {
	var rows []accountRow
	if err := s.db.Gorm.WithContext(ctx).Order("login").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	users := make([]auth.User, len(rows))
	for i, row := range rows {
		users[i] = row.account().User
	}
	return users, nil
}

// CreateAccount inserts an account; login_taken when its login exists.
func (t *tx) CreateAccount(ctx context.Context, a auth.Account) error {
	row := accountRowOf(a)
	err := t.gorm.WithContext(ctx).Create(&row).Error
	if postgres.IsUnique(err) && postgres.Constraint(err) == "account_login_key" {
		return problem.New(problem.Conflict, "login_taken").At("login")
	}
	if err != nil {
		return fmt.Errorf("inserting an account: %w", err)
	}
	return nil
}

// Account finds an account and locks it.
func (t *tx) Account(ctx context.Context, id uuid.UUID) (auth.Account, error) {
	return takeAccount(t.gorm.WithContext(ctx).Clauses(clause.Locking{Strength: "UPDATE"}), "id = ?", id)
}

// SaveAccount writes every column of an account but those that never change.
func (t *tx) SaveAccount(ctx context.Context, a auth.Account) error {
	row := accountRowOf(a)
	result := t.gorm.WithContext(ctx).Model(&row).Select("*").Omit("id", "login", "created_at").Updates(&row)
	if result.Error != nil {
		return fmt.Errorf("updating an account: %w", result.Error)
	}
	if result.RowsAffected != 1 {
		return problem.New(problem.NotFound, "user_unknown")
	}
	return nil
}
