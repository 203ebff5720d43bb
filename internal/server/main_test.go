package server_test

import (
	"os"
	"testing"

	"marquis/internal/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
