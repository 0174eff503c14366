package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
)

// databasePlace says whose database a command works on. Commands embed it.
type databasePlace struct {
	DataDir string `placeholder:"DIR" help:"Data directory of the station or centre whose database is meant. Default: $BMIS_DATA_DIR. With $BMIS_DSN set, that database is used instead."`
}

// with opens the database for as long as use takes. The private database of a program that runs is used as it is; one that does not
// run is started for the while.
func (p databasePlace) with(ctx context.Context, a *app, use func(*postgres.DB) error) (err error) {
	database, err := p.find(a.Getenv)
	if err != nil {
		return err
	}
	place, err := postgres.Reach(ctx, database, slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.Close(context.WithoutCancel(ctx))) }()
	db, err := postgres.Open(ctx, place.AppDSN, postgres.WithMaxConns(2), postgres.WithApplicationName("bmis"))
	if err != nil {
		return err
	}
	defer db.Close()
	err = use(db)
	if postgres.Code(err) == "42P01" { // undefined_table
		return fmt.Errorf("the database has no tables yet: start the program once, or run bmis migrate up: %w", err)
	}
	return err
}

// find reads the settings that name a database, from the environment and from the file that $BMIS_CONFIG names.
func (p databasePlace) find(getenv func(string) string) (config.Database, error) {
	var file map[string]string
	if path := getenv(config.FileVariable); path != "" {
		var err error
		if file, err = config.ReadFile(path); err != nil {
			return config.Database{}, fmt.Errorf("%s: %w", config.FileVariable, err)
		}
	}
	get := func(name string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return file[name]
	}
	dsn, err := secret(get, "BMIS_DSN")
	if err != nil {
		return config.Database{}, err
	}
	dir := p.DataDir
	if dir == "" {
		dir = get("BMIS_DATA_DIR")
	}
	database := config.Database{PGBin: get("BMIS_PG_BIN"), Dir: get("BMIS_PG_DIR")}
	switch {
	case dsn != "" && p.DataDir == "":
		database.DSN = dsn
	case dir == "" && database.Dir == "":
		return database, errors.New("which database? Expected --data-dir DIR, or BMIS_DATA_DIR or BMIS_DSN in the environment")
	case database.Dir == "" || p.DataDir != "":
		if database.Dir, err = filepath.Abs(filepath.Join(dir, "postgres")); err != nil {
			return database, err
		}
	}
	if database.DSN == "" {
		if _, err := os.Stat(database.Dir); err != nil {
			return database, fmt.Errorf("there is no private database: %w", err)
		}
	}
	return database, nil
}

// secret is the value of a setting, or the content of the file that NAME_FILE names.
func secret(get func(string) string, name string) (string, error) {
	path := get(name + "_FILE")
	if value := get(name); value != "" || path == "" {
		return value, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(text)), nil
}
