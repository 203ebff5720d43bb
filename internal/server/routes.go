package server

import (
	"marquis/internal/lab"
	"marquis/internal/page"
)

// routes are all ways in. docs/permissions.md is made from this list, and a test
// walks it as everybody who may and may not. A page or a form is shown by showX, what
// is no page is served by serveX, and what is sent in is done by a verb and its thing:
// addMethod.
func routes() []route { //nolint:funlen // one list of all ways in
	administrators := page.Strictly(page.Holders(lab.Administrator))
	reviewers, mergers := page.Holders(lab.ReviewRoles()...), page.Holders(lab.Coordinator, lab.Administrator)
	verifiers, publishers := page.Strictly(page.Able(lab.VerifyAnalysis)), page.Strictly(page.Able(lab.PublishResult))
	chemists := page.Holders(lab.Laboratory, lab.Verifier)
	return []route{
		// the program
		{get, "/livez", page.Everybody, serveLivez},
		{get, "/readyz", page.Everybody, serveReadyz},
		{get, "/readyz/write", page.Everybody, serveReadyzWrite},
		{get, "/assets/:name", page.Everybody, serveAsset},
		{get, securityPath, page.Everybody, serveSecurityText},

		// the public
		{get, "/", page.Everybody, showHome},
		{get, "/lookup", page.Everybody, toHome},
		{post, "/lookup", page.Everybody, lookUp},
		{get, resultPath, page.Bearers, showResult},
		{get, "/privacy", page.Everybody, showPrivacy},

		{get, "/figures", page.Everybody, showFiguresStart},
		{get, "/figures/search", page.Everybody, showFiguresFound},
		{get, "/figures/products/:product", page.Everybody, showFigures},
		{get, "/figures/products/:product/tables/:file", page.Everybody, serveFiguresFile},
		{get, "/figures/:year", page.Everybody, showFigures},
		{get, "/figures/:year/tables/:file", page.Everybody, serveFiguresFile},
		{get, "/figures/:year/:product", page.Everybody, showFigures},
		{get, "/figures/:year/:product/tables/:file", page.Everybody, serveFiguresFile},

		// signing in, and one's own account
		{get, signInPath, page.Everybody, showSignInForm},
		{post, signInPath, page.Everybody, signIn},
		{post, "/sign-out", page.Halfway, signOut},
		{get, "/invitation", page.Everybody, showInvitationForm},
		{post, "/invitation", page.Everybody, acceptInvitation},
		{get, "/second-factor", page.Halfway, showSecondFactorForm},
		{post, "/second-factor", page.Halfway, giveSecondFactor},
		{get, "/account", page.Staff, showAccount},
		{post, "/account", page.Staff, changePassword},
		{get, "/account/authenticator", page.Newcomers, showAuthenticatorForm},
		{post, "/account/authenticator", page.Newcomers, setAuthenticator},
		{get, "/account/sessions", page.Staff, showSessions},
		{post, "/account/sessions", page.Staff, endOtherSession},
		{get, "/staff", page.Staff, showStaffStart},
		{post, keepFormPath, page.Staff, keepTyped},
		{post, dropFormPath, page.Staff, dropTyped},

		// the counter
		{get, "/counter", page.Able(lab.RegisterSample), showCounter},
		{get, "/counter/:service", page.Able(lab.RegisterSample), showCounterDay},
		{post, "/counter/:service/new", page.Able(lab.RegisterSample), startVisit},
		{post, "/counter/:service/turned-away", page.Able(lab.RegisterSample), countTurnedAway},
		{get, draftPath, page.Able(lab.RegisterSample), showDraft},
		{post, draftPath, page.Able(lab.RegisterSample), registerDraft},
		{post, draftPath + "/save", page.Able(lab.RegisterSample), saveDraft},
		{post, draftPath + "/drop", page.Able(lab.RegisterSample), dropDraft},
		{get, "/samples/:number/code", page.Able(lab.ReplaceCode), showReplaceCodeForm},
		{post, "/samples/:number/code", page.Able(lab.ReplaceCode), replaceLostCode},
		{get, "/samples/:number/slips/:slip", page.Able(lab.ReplaceCode), showSlip},
		{get, "/samples/:number/description", page.Able(lab.ChangeSample), showDescription},
		{post, "/samples/:number/description", page.Able(lab.ChangeSample), describeSample},
		{post, "/samples/:number/undo", page.Able(lab.UndoSample), undoRegistration},
		{post, "/samples/:number/next", page.Able(lab.RegisterSample), startNextSample},
		{get, "/suggest/products", page.Holders(nameRoles...), suggestProducts},
		{get, "/suggest/substances", page.Holders(nameRoles...), suggestSubstances},
		{get, "/suggest/bases", page.Able(lab.EnterAnalysis), suggestBases},

		// the laboratory, verification and release
		{get, "/work", page.Holders(lab.RecordRoles...), showWorklist},
		{get, "/work/list.csv", page.Strictly(chemists), serveWorkCSV},
		{get, "/work/list.xlsx", page.Strictly(chemists), serveWorkSheet},
		{post, "/work/find", page.Holders(lab.RecordRoles...), findSample},
		{post, "/work/:service/not-analysed", page.Able(lab.MoveSample), closeNotAnalysed},
		{post, "/work/:service/not-analysed/undo", page.Able(lab.ReopenSample), undoNotAnalysed},
		{get, "/work/:service/publish", publishers, showReleaseAllForm},
		{post, "/work/:service/publish", publishers, publishResults},
		{get, "/samples/:number", page.Holders(lab.RecordRoles...), showRecord},
		{post, "/samples/:number/move", page.Able(lab.MoveSample), moveSample},
		{post, "/samples/:number/reopening", page.Able(lab.ReopenSample), reopenSample},
		{post, "/samples/:number/exclusion", page.Able(lab.ExcludeSample), excludeSample},
		{get, "/samples/:number/analyses/new", page.Able(lab.EnterAnalysis), showAnalysisForm},
		{post, "/samples/:number/analyses/new", page.Able(lab.EnterAnalysis), saveAnalysis},
		{get, "/samples/:number/analyses/:analysis", page.Able(lab.EnterAnalysis), showAnalysisForm},
		{post, "/samples/:number/analyses/:analysis", page.Able(lab.EnterAnalysis), saveAnalysis},
		{get, "/samples/:number/analyses/:analysis/retraction", page.Able(lab.RetractAnalysis), showRetractionForm},
		{post, "/samples/:number/analyses/:analysis/retraction", page.Able(lab.RetractAnalysis), retractAnalysis},
		{get, "/samples/:number/analyses/:analysis/verify", verifiers, showVerifyForm},
		{post, "/samples/:number/analyses/:analysis/verify", verifiers, verifyAnalysis},
		{get, "/samples/:number/analyses/:analysis/aside", page.Strictly(page.Able(lab.SetAsideFindings)), showAsideForm},
		{post, "/samples/:number/analyses/:analysis/aside", page.Strictly(page.Able(lab.SetAsideFindings)), setAsideFindings},
		{post, "/samples/:number/analyses/:analysis/report", page.Strictly(page.Able(lab.ReportAnalysis)), reportAnalysis},
		{post, "/samples/:number/analyses/:analysis/question", page.Strictly(page.Able(lab.AskAboutAnalysis)), askAnalysis},
		{post, "/samples/:number/questions/:question", page.Able(lab.AnswerQuestion), answerQuestion},
		{get, "/samples/:number/release", publishers, showReleaseForm},
		{post, "/samples/:number/release", publishers, publishResult},
		{get, "/samples/:number/at-once", page.Strictly(page.Able(lab.PublishHeld)), showAtOnceForm},
		{post, "/samples/:number/at-once", page.Strictly(page.Able(lab.PublishHeld)), publishHeld},
		{post, "/samples/:number/withdrawal", page.Strictly(page.Able(lab.WithdrawResult)), withdrawResult},
		{post, "/samples/:number/no-retest", page.Strictly(page.Able(lab.DeclineRetest)), declineRetest},
		{get, "/samples/:number/result", page.Able(lab.TellResult), showPreview},
		{get, "/samples/:number/read-out", page.Able(lab.TellResult), showReadOut},
		{post, "/samples/:number/read-out", page.Able(lab.TellResult), tellResult},
		{get, batchesPath, chemists, showBatches},
		{get, batchesPath + "/new", chemists, showBatchForm},
		{post, batchesPath + "/new", page.WithFile(chemists), sendBatch},
		{get, batchesPath + "/:batch", chemists, showBatch},
		{post, batchesPath + "/:batch", chemists, readBatchAnew},
		{post, batchesPath + "/:batch/entry", chemists, enterBatch},
		{get, "/methods", page.Holders(lab.Laboratory, lab.Verifier, lab.Administrator), showMethods},
		{get, "/methods/new", administrators, showMethodForm},
		{post, "/methods/new", administrators, addMethod},
		{get, "/methods/:method", page.Holders(lab.Laboratory, lab.Verifier, lab.Administrator), showMethod},
		{get, "/methods/:method/next", administrators, showMethodForm},
		{post, "/methods/:method/next", administrators, addMethod},
		{post, "/methods/:method/scope", administrators, addToScope},
		{post, "/methods/:method/retirement", administrators, retireMethod},
		{get, "/laboratories", administrators, showLaboratories},
		{post, "/laboratories", administrators, addLaboratory},
		{get, "/laboratories/:laboratory", administrators, showLaboratory},
		{post, "/laboratories/:laboratory", administrators, changeLaboratory},

		// the dictionary
		{get, "/dictionary", page.Staff, showSubstances},
		{get, "/dictionary/classes", page.Staff, showClasses},
		{get, "/dictionary/substances/new", page.Able(lab.EnterAnalysis), showNewSubstance},
		{post, "/dictionary/substances/new", page.Able(lab.EnterAnalysis), proposeSubstance},
		{get, "/dictionary/substances/:entry", page.Staff, showSubstance},
		{get, "/dictionary/substances/:entry/change", reviewers, showSubstanceForm},
		{post, "/dictionary/substances/:entry/change", reviewers, changeSubstance},
		{post, "/dictionary/substances/:entry/review", reviewers, reviewSubstance},
		{post, "/dictionary/substances/:entry/names", reviewers, nameSubstance},
		{post, "/dictionary/substances/:entry/names/review", reviewers, reviewSubstanceName},
		{post, "/dictionary/substances/:entry/names/withdrawal", reviewers, withdrawSubstanceName},
		{post, "/dictionary/substances/:entry/judgements", reviewers, judgeSubstance},
		{post, "/dictionary/substances/:entry/judgements/review", reviewers, reviewJudgement},
		{get, "/dictionary/substances/:entry/merge", mergers, showSubstanceMerge},
		{post, "/dictionary/substances/:entry/merge", mergers, mergeSubstance},
		{post, "/dictionary/substances/:entry/unmerge", mergers, unmergeSubstance},
		{get, "/dictionary/products", page.Staff, showProducts},
		{get, "/dictionary/products/new", page.Able(lab.EnterAnalysis), showNewProduct},
		{post, "/dictionary/products/new", page.Able(lab.EnterAnalysis), proposeProduct},
		{get, "/dictionary/products/:entry", page.Staff, showProduct},
		{get, "/dictionary/products/:entry/change", reviewers, showProductForm},
		{post, "/dictionary/products/:entry/change", reviewers, changeProduct},
		{post, "/dictionary/products/:entry/review", reviewers, reviewProduct},
		{post, "/dictionary/products/:entry/names", page.Holders(append(lab.ReviewRoles(), lab.Intake)...), nameProduct},
		{post, "/dictionary/products/:entry/names/review", reviewers, reviewProductName},
		{post, "/dictionary/products/:entry/names/withdrawal", reviewers, withdrawProductName},
		{get, "/dictionary/products/:entry/merge", mergers, showProductMerge},
		{post, "/dictionary/products/:entry/merge", mergers, mergeProduct},
		{post, "/dictionary/products/:entry/unmerge", mergers, unmergeProduct},

		{get, alertLimitsAddress, page.Staff, showAlertLimits},
		{post, alertLimitsAddress, mergers, setAlertLimit},

		// figures for staff
		{get, "/statistics", page.Holders(lab.FigureRoles...), showStatistics},
		{get, "/statistics/tables/:file", page.Strictly(page.Holders(lab.FigureRoles...)), serveStatisticsFile},
		{get, "/reports", page.Strictly(page.Holders(lab.FigureRoles...)), showReports},
		{post, "/reports", page.Strictly(page.Holders(lab.FigureRoles...)), makeReport},
		{get, "/reports/:job", page.Strictly(page.Holders(lab.FigureRoles...)), showReport},
		{get, "/reports/:job/progress", page.Strictly(page.Holders(lab.FigureRoles...)), serveReportProgress},
		{get, "/reports/:job/file", page.Strictly(page.Holders(lab.FigureRoles...)), serveReportFile},

		// people
		{get, "/people", administrators, showPeople},
		{post, "/people", administrators, addPerson},
		{get, "/people/new", administrators, showNewPerson},
		{get, "/people/:user", administrators, showPerson},
		{post, "/people/:user", administrators, setRoles},
		{post, "/people/:user/disabled", administrators, disablePerson},
		{post, "/people/:user/invitation", administrators, invitePerson},
		{post, "/people/:user/sessions", administrators, endSessionsOfPerson},

		// the clock, for administrators of all services
		{get, "/clock", administrators, showClockForm},
		{post, "/clock", administrators, confirmClock},

		// services
		{get, "/services", administrators, showServices},
		{post, "/services", administrators, addService},
		{get, "/services/new", administrators, showNewService},
		{get, "/services/:service", administrators, showService},
		{get, "/services/:service/settings", administrators, showSettings},
		{post, "/services/:service/settings", administrators, changeSettings},
		{post, "/services/:service/locations", administrators, addLocation},
		{get, "/services/:service/locations/:location", administrators, showLocation},
		{post, "/services/:service/locations/:location", administrators, changeLocation},
		{post, "/services/:service/locations/:location/closed", administrators, closeLocation},
		{post, "/services/:service/second-factor", administrators, requireSecondFactor},
	}
}
