# What an action says about its outputs, from R: the functions of output_checker.claims,
# and the same JSON (claim-v2.schema.json). One file without packages, for a study to copy:
#
#   source("analysis/claims.R")
#   claims$crosstab(cohort, rows = "sex", path = "output/by_sex.csv")
#
# A frame is a data.frame or data.table, one row per patient, as it was extracted: words,
# numbers, logicals and Dates, missing as NA. Cox regressions need the package survival.
# ``where``: a list of conditions such as list("age", ">=", 18), list("bmi", "is present").

claims <- local({
  missing_label <- "(missing)"
  not_a_level <- ""

  wrong <- function(problem, remedy) {
    stop(sprintf("claim: %s\n  %s", problem, remedy), call. = FALSE)
  }

  # Columns of a table ---------------------------------------------------------------

  dimension <- function(column, kind = "as is", edges = NULL, levels = NULL) {
    structure(list(column = column, kind = kind, edges = edges, levels = levels),
              class = "claims_dimension")
  }
  # People by bands of a number: c(18, 40) is under 18, 18 to under 40, 40 or over.
  bands <- function(column, edges) {
    if (!length(edges) || !all(is.finite(edges)) || is.unsorted(edges, strictly = TRUE))
      wrong("the edges of bands must be numbers that rise", "Write them like c(18, 40).")
    dimension(column, "bands", edges)
  }
  year <- function(column) dimension(column, "year")
  is_present <- function(column) dimension(column, "is present")
  # A column of a regression by its levels, even if it is a number.
  levels_of <- function(column, reference = NULL) {
    d <- dimension(column, levels = reference)
    d$by_levels <- TRUE
    d
  }

  as_dimension <- function(one) {
    if (inherits(one, "claims_dimension")) one else dimension(one)
  }
  several <- function(columns) {
    if (inherits(columns, "claims_dimension")) list(columns)
    else lapply(as.list(columns), as_dimension)
  }
  name_of <- function(d) {
    switch(d$kind, year = paste("year of", d$column),
           "is present" = paste(d$column, "is present"), d$column)
  }
  plain <- function(x) format(x, digits = 15, scientific = FALSE, trim = TRUE)
  band_labels <- function(edges) {
    words <- vapply(edges, plain, "")
    size <- length(words)
    c(paste("under", words[1]),
      if (size > 1) paste(words[-size], "to under", words[-1]),
      paste(words[size], "or over"))
  }

  # People ---------------------------------------------------------------------------

  one_row_per_patient <- function(frame) {
    if (!is.data.frame(frame)) wrong("the frame isn't a table", "Give a data.frame.")
    frame <- as.data.frame(frame)
    ids <- frame$patient_id
    if (is.null(ids)) wrong("the frame has no column patient_id", "Keep it: it is counted.")
    if (anyNA(ids) || anyDuplicated(ids))
      wrong("the frame has several rows for a patient, or one without a patient",
            "Give the cohort as it was extracted, one row per patient.")
    frame
  }
  column_of <- function(frame, name) {
    if (name == "patient_id" || !name %in% names(frame))
      wrong(sprintf("there is no column '%s' to make a table of", name),
            paste("Columns:", paste(setdiff(names(frame), "patient_id"), collapse = ", ")))
    frame[[name]]
  }
  is_day <- function(x) inherits(x, c("Date", "POSIXt"))
  numbers <- function(values, name) {
    if (!is.numeric(values) && !is.logical(values))
      wrong(paste(name, "isn't a number"), "Only numbers have bands and means.")
    as.numeric(values)
  }
  times <- function(frame, name) {
    found <- numbers(column_of(frame, name), name)
    if (any(found < 0, na.rm = TRUE))
      wrong(paste(name, "has times below zero"), "Count from each person's start.")
    found
  }
  measured <- function(frame, name) {
    found <- numbers(column_of(frame, name), name)
    if (length(unique(found[!is.na(found)])) <= 2)
      wrong(paste(name, "has two values or fewer, so its mean is a count in disguise"),
            "Use crosstab() to count people by it.")
    found
  }
  words_of <- function(values, d) {
    if (d$kind == "is present") return(ifelse(is.na(values), "no", "yes"))
    if (d$kind == "bands")
      return(band_labels(d$edges)[findInterval(numbers(values, d$column), d$edges) + 1])
    if (d$kind == "year") {
      if (!is_day(values)) wrong(paste(d$column, "isn't a date"), "Only dates have a year.")
      return(as.character(as.POSIXlt(values, tz = "UTC")$year + 1900))
    }
    if (is.logical(values)) return(ifelse(values, "yes", "no"))
    if (is.factor(values) || is.character(values)) return(enc2utf8(as.character(values)))
    if (!is.numeric(values) || any(values != round(values), na.rm = TRUE))
      wrong(paste(d$column, "has too many different values to count people by each"),
            "Use bands(column, edges) for a measurement and year(column) for a date.")
    ifelse(is.na(values), NA_character_, sprintf("%.0f", as.numeric(values)))
  }
  labels_of <- function(frame, d, missing) {
    found <- words_of(column_of(frame, d$column), d)
    if (missing == "level") found[is.na(found)] <- missing_label
    found
  }
  yes_or_no <- function(words, d) {
    if (!all(words %in% c("yes", "no", NA)))
      wrong(paste(d$column, "isn't a yes/no column"),
            "Make one in the dataset's definition, or use is_present(column).")
    words
  }
  in_order <- function(levels, d) {
    first <- if (d$kind == "bands") band_labels(d$edges) else c("yes", "no")
    whole <- grepl("^[+-]?[0-9]+$", levels)
    rank <- ifelse(levels == missing_label, 3, ifelse(levels %in% first, 0, ifelse(whole, 1, 2)))
    place <- ifelse(rank == 0, match(levels, first), 0)
    place[rank == 1] <- as.numeric(levels[rank == 1])
    levels[order(rank, place, levels, method = "radix")]
  }
  found_levels <- function(words, d) {
    found <- unique(words)
    if (any(c("yes", "no") %in% found) && all(found %in% c("yes", "no", missing_label)))
      found <- union(found, c("yes", "no"))
    if (d$kind == "bands") found <- union(found, band_labels(d$edges))
    in_order(found, d)
  }
  meets <- function(frame, condition) {
    values <- column_of(frame, condition[[1]])
    operator <- condition[[2]]
    if (operator == "is present") return(!is.na(values))
    if (operator == "is missing") return(is.na(values))
    wanted <- condition[[3]]
    if (is.factor(values)) values <- as.character(values)
    if (is_day(values)) {
      values <- as.Date(values)
      wanted <- as.Date(wanted)
    }
    known <- c("==", "!=", "<", "<=", ">", ">=", "in", "not in")
    if (!operator %in% known)
      wrong(sprintf("'%s' isn't a condition that can be recomputed", operator),
            paste("Use one of:", paste(known, collapse = ", "), ", is present, is missing."))
    kept <- switch(operator, "in" = values %in% wanted, "not in" = !values %in% wanted,
                   do.call(operator, list(values, wanted)))
    kept & !is.na(values)
  }
  people <- function(frame, where) {
    for (condition in where) frame <- frame[meets(frame, condition), , drop = FALSE]
    frame
  }

  # A table counted ------------------------------------------------------------------

  totalled <- c(rates = 1, survival = 2)
  has_total <- function(draft, place) {
    from_the_end <- length(draft$dimensions) - place + 1
    draft$margins || (draft$kind %in% names(totalled) && from_the_end <= totalled[[draft$kind]])
  }
  measures_of <- function(draft, levels, rows, values) {
    if (is.null(draft$value)) return(list(n = length(rows)))
    some <- values[rows]
    some <- some[!is.na(some)]
    of_all <- is.na(levels[length(levels)])
    one <- function(measure) {
      switch(measure, n = length(some), mean = if (length(some)) mean(some),
             sd = if (length(some) > 1) stats::sd(some), time = if (of_all) sum(some),
             if (length(some))
               stats::quantile(some, as.numeric(sub("p", "", measure)) / 100, names = FALSE))
    }
    stats::setNames(lapply(draft$measures, one), draft$measures)
  }
  every <- function(draft) {
    sides <- lapply(seq_along(draft$levels), function(place)
      c(draft$levels[[place]], if (has_total(draft, place)) NA))
    grid <- expand.grid(rev(sides), stringsAsFactors = FALSE)
    as.matrix(grid)[, rev(seq_along(sides)), drop = FALSE]
  }
  key_of <- function(levels) paste(ifelse(is.na(levels), "\001", levels), collapse = "\002")
  fill <- function(draft, frame) {
    kept <- people(frame, draft$where)
    words <- Map(function(d, missing) labels_of(kept, d, missing), draft$dimensions, draft$missing)
    if (draft$kind %in% names(totalled))
      yes_or_no(words[[length(words)]], draft$dimensions[[length(words)]])
    there <- Reduce(`&`, lapply(words, function(w) !is.na(w)))
    if (!any(there)) wrong("nobody is left to count", "Look at the conditions in where=.")
    values <- NULL
    if (!is.null(draft$value))
      values <- (if (draft$kind == "rates") times else measured)(kept, draft$value)[there]
    words <- lapply(words, function(w) w[there])
    draft$levels <- Map(found_levels, words, draft$dimensions)
    draft$at <- every(draft)
    shown <- !is.na(draft$at)
    groups <- list()
    for (chosen in unique(apply(shown, 1, function(s) paste(which(s), collapse = " ")))) {
      by <- as.integer(strsplit(chosen, " ")[[1]])
      columns <- lapply(seq_along(words), function(n)
        if (n %in% by) words[[n]] else rep("\001", sum(there)))
      keys <- do.call(paste, c(columns, sep = "\002"))
      groups <- c(groups, split(seq_along(keys), keys))
    }
    draft$cells <- lapply(seq_len(nrow(draft$at)), function(n) {
      levels <- draft$at[n, ]
      measures_of(draft, levels, groups[[key_of(levels)]] %or% integer(), values)
    })
    draft
  }
  `%or%` <- function(one, other) if (is.null(one)) other else one

  # The table as its author sees it: see computed.py -----------------------------------

  lines_of <- function(draft) {
    names <- vapply(draft$dimensions, name_of, "")
    size <- length(names)
    shown <- ifelse(is.na(draft$at), "Total", draft$at)
    colnames(shown) <- names
    numbers <- lapply(stats::setNames(draft$measures, draft$measures), function(measure)
      vapply(draft$cells, function(cell) as.numeric(cell[[measure]] %or% NA), 0))
    at <- function(levels) match(key_of(levels), apply(draft$at, 1, key_of))
    n <- function(...) numbers$n[at(c(...))]
    if (draft$kind == "rates") {
      groups <- which(is.na(draft$at[, size]))
      having <- vapply(groups, function(row) n(draft$at[row, -size], "yes"), 0)
      among <- (if (is.null(draft$value)) numbers$n else numbers$time)[groups]
      found <- data.frame(having, among, ifelse(among == 0, NA, draft$per * having / among))
      names(found) <- c("numerator", draft$value %or% "denominator",
                        paste("rate per", plain(draft$per)))
      return(cbind(shown[groups, -size, drop = FALSE], found))
    }
    if (draft$kind == "survival") return(life_table(draft, shown, n))
    cbind(shown, as.data.frame(numbers, check.names = FALSE))
  }
  life_table <- function(draft, shown, n) {
    size <- ncol(shown)
    steps <- draft$levels[[size - 1]]
    some <- which(is.na(draft$at[, size]) & is.na(draft$at[, size - 1]))
    curves <- lapply(some, function(row) {
      group <- draft$at[row, seq_len(size - 2)]
      events <- vapply(steps, function(step) n(group, step, "yes"), 0)
      censored <- vapply(steps, function(step) n(group, step, "no"), 0)
      at_risk <- n(group, NA, NA) - c(0, cumsum(events + censored)[-length(steps)])
      exposed <- at_risk - censored / 2
      left <- cumprod(ifelse(exposed <= 0 | events > exposed, NA, 1 - events / exposed))
      found <- data.frame(step = steps, at_risk, events, censored, left)
      found[length(steps), c("events", "censored", "left")] <- NA
      names(found) <- c(colnames(shown)[size - 1], "at risk", "events", "censored", "survival")
      groups <- shown[rep(row, length(steps)), seq_len(size - 2), drop = FALSE]
      if (size > 2) cbind(groups, found) else found
    })
    do.call(rbind, curves)
  }

  # Written ----------------------------------------------------------------------------

  quoted <- function(text) {
    text <- gsub("([\\\\\"])", "\\\\\\1", enc2utf8(text))
    for (code in setdiff(1:31, 0))
      text <- gsub(intToUtf8(code), sprintf("\\u%04x", code), text, fixed = TRUE)
    paste0('"', text, '"')
  }
  # Lists with names are objects, others arrays; NULL and NA are null.
  json <- function(x) {
    if (is.list(x)) {
      parts <- vapply(x, json, "")
      if (is.null(names(x))) return(paste0("[", paste(parts, collapse = ", "), "]"))
      return(paste0("{", paste0(quoted(names(x)), ": ", parts, collapse = ", "), "}"))
    }
    if (is.null(x) || is.na(x)) return("null")
    if (is.logical(x)) return(if (x) "true" else "false")
    if (!is.numeric(x)) return(quoted(as.character(x)))
    if (x == round(x) && abs(x) < 1e15) sprintf("%.0f", x) else sprintf("%.17g", x)
  }
  sha256 <- function(path) {
    if (!file.exists(path))
      wrong(sprintf("the dataset %s can't be read", path),
            "Give dataset= as the path of the cohort file that the frame came from.")
    if (exists("sha256sum", asNamespace("tools")))  # R 4.5
      return(unname(getExportedValue("tools", "sha256sum")(path)))
    if (requireNamespace("digest", quietly = TRUE))
      return(digest::digest(path, algo = "sha256", file = TRUE))
    substr(system2("sha256sum", shQuote(path), stdout = TRUE), 1, 64)
  }
  use_of <- function(kind, edges) {
    c(list(kind = kind), if (kind == "bands") list(edges = as.list(edges)))
  }
  value_of <- function(wanted) {
    if (is_day(wanted)) format(as.Date(wanted)) else wanted
  }
  condition_of <- function(condition) {
    value <- if (length(condition) > 2) condition[[3]]
    several <- condition[[2]] %in% c("in", "not in")
    list(column = condition[[1]], operator = condition[[2]],
         value = if (several) lapply(as.list(value), value_of)
                 else if (!is.null(value)) value_of(value))
  }
  dimension_of <- function(d, missing, levels) {
    list(column = d$column, derivation = use_of(d$kind, d$edges), missing = missing,
         levels = as.list(levels))
  }
  write <- function(draft, table, path, dataset, folder, model = NULL) {
    if (!grepl("\\.csv$", path))
      wrong(paste(path, "isn't a .csv file"), "Give a path such as output/by_sex.csv.")
    cells <- lapply(seq_along(draft$cells), function(n)
      list(levels = as.list(unname(draft$at[n, ])), values = draft$cells[[n]]))
    body <- list(
      format = "claim", version = 2, kind = draft$kind, title = draft$title,
      figure = draft$figure,
      dataset = list(file = dataset, sha256 = sha256(file.path(folder, dataset))),
      unit = "patients", population = lapply(unname(draft$where), condition_of),
      dimensions = unname(Map(dimension_of, draft$dimensions, draft$missing, draft$levels)),
      margins = draft$margins, value = draft$value, measures = as.list(draft$measures),
      per = draft$per, model = model, cells = cells)
    target <- file.path(folder, path)
    dir.create(dirname(target), recursive = TRUE, showWarnings = FALSE)
    utils::write.csv(table, target, row.names = FALSE, na = "", fileEncoding = "UTF-8")
    text <- file(sub("\\.csv$", ".claim.json", target), "wb")
    on.exit(close(text))
    writeLines(json(body), text, useBytes = TRUE)
    invisible(table)
  }

  # What a script calls: as the functions of output_checker.claims, one by one -----------

  made <- function(kind, frame, by, path, value = NULL, measures = "n", per = NULL,
                   last = list(), where = list(), title = NULL, figure = NULL,
                   margins = TRUE, missing = "level", dataset = "output/dataset.parquet",
                   folder = ".") {
    if (!missing %in% c("level", "excluded"))
      wrong("missing is 'level' or 'excluded'", "Leave it out for 'level'.")
    by <- several(by)
    if (!(length(by) + length(last)) %in% 1:4)
      wrong("a table has one to four dimensions", "Make several smaller tables.")
    if (any(c("min", "max", "p0", "p100") %in% measures))
      wrong("a minimum or maximum is one person's value",
            "Ask for percentiles further inside, such as at = c(5, 50, 95).")
    dimensions <- c(by, last)
    names <- paste(vapply(dimensions, name_of, ""), collapse = ", ")
    draft <- list(kind = kind, dimensions = dimensions, where = where, margins = margins,
                  missing = rep(c(missing, "excluded"), c(length(by), length(last))),
                  title = title %or% paste(value %or% "Patients", "by", names),
                  figure = figure, value = value, measures = measures, per = per)
    draft <- fill(draft, one_row_per_patient(frame))
    write(draft, lines_of(draft), path, dataset, folder)
  }
  crosstab <- function(frame, rows, path, columns = list(), ...) {
    made("crosstab", frame, c(several(rows), several(columns)), path, ...)
  }
  summary <- function(frame, value, by, path, measures = c("n", "mean", "sd"), ...) {
    made("summary", frame, by, path, value = value, measures = measures, ...)
  }
  rates <- function(frame, numerator, path, by = list(), per = 1000, time = NULL, ...) {
    made("rates", frame, by, path, value = time, per = per, last = several(numerator),
         measures = c("n", if (!is.null(time)) "time"), ...)
  }
  percentiles <- function(frame, value, by, path, at = c(25, 50, 75), ...) {
    at <- paste0("p", vapply(at, plain, ""))
    made("percentiles", frame, by, path, value = value, measures = c("n", at), ...)
  }
  histogram <- function(frame, value, edges, path, by = list(), figure = "histogram", ...) {
    by <- c(list(bands(value, edges)), several(by))
    made("histogram", frame, by, path, figure = figure, ...)
  }
  survival <- function(frame, time, event, steps, path, by = list(), figure = "survival",
                       ...) {
    times(one_row_per_patient(frame), time)
    last <- c(list(bands(time, steps)), several(event))
    made("survival", frame, by, path, last = last, figure = figure, ...)
  }

  # Regressions --------------------------------------------------------------------------

  # ``fit``: of lm, glm or coxph, whose formula only adds columns.
  regression <- function(frame, path, outcome = NULL, terms = list(), family = "linear",
                         time = NULL, fit = NULL, where = list(), title = NULL,
                         dataset = "output/dataset.parquet", folder = ".") {
    kept <- people(one_row_per_patient(frame), where)
    if (!is.null(fit)) {
      said <- described(fit)
      outcome <- said$outcome
      terms <- said$terms
      family <- said$family
      time <- time %or% said$time
    }
    if (is.null(outcome) || !length(terms))
      wrong("there is no outcome, or no terms", "Give outcome= and terms=, or fit=.")
    used <- c(several(outcome), several(terms))
    number <- vapply(used, function(d) is_number(kept, d), NA)
    number[1] <- !family %in% c("logistic", "cox")
    values <- Map(function(d, as_number) {
      if (as_number) numbers(column_of(kept, d$column), d$column) else labels_of(kept, d, "")
    }, used, number)
    if (!number[1]) yes_or_no(values[[1]], used[[1]])
    there <- Reduce(`&`, lapply(values, function(v) !is.na(v)))
    if (!is.null(time)) there <- there & !is.na(times(kept, time))
    values <- lapply(values, function(v) v[there])
    variables <- Map(variable_of, used, values, number)
    found <- fitted_of(family, variables, values, if (!is.null(time)) kept[[time]][there])
    names <- names_of(family, variables[-1])
    if (!is.null(fit)) same(fit, found[, 1])
    rows <- lapply(seq_len(nrow(found)), function(n)
      list(term = names$term[n], level = names$level[n], estimate = found[n, 1],
           se = found[n, 2]))
    n <- sum(there)
    model <- list(family = family, outcome = variables[[1]], terms = unname(variables[-1]),
                  time = time, residual_df = n - nrow(found), coefficients = unname(rows))
    words <- vapply(used, name_of, "")
    draft <- list(
      kind = "regression", where = where, margins = TRUE, measures = "n",
      dimensions = list(), missing = list(), levels = list(), at = matrix("", 1, 0),
      cells = list(list(n = n)),
      title = title %or% paste(words[1], "explained by", paste(words[-1], collapse = ", ")))
    table <- data.frame(
      term = names$term, level = ifelse(is.na(names$level), not_a_level, names$level),
      estimate = found[, 1], se = found[, 2], n = n, "residual df" = model$residual_df,
      check.names = FALSE, row.names = NULL)
    write(draft, table, path, dataset, folder, model)
  }
  is_number <- function(frame, d) {
    plain <- d$kind == "as is" && is.null(d$levels) && !isTRUE(d$by_levels)
    plain && is.numeric(column_of(frame, d$column))
  }
  variable_of <- function(d, values, as_number) {
    if (as_number) return(list(column = d$column, use = list(kind = "number"), levels = list()))
    found <- in_order(unique(values), d)
    first <- d$levels %or% found[1]
    if (any(c("yes", "no") %in% found) && is.null(d$levels)) {
      first <- "no"
      found <- c("yes", "no")
    }
    if (!first %in% found)
      wrong(sprintf("nobody has %s %s", d$column, first), "Choose another reference.")
    list(column = d$column, use = use_of(d$kind, d$edges),
         levels = as.list(c(first, setdiff(found, first))))
  }
  names_of <- function(family, terms) {
    level <- lapply(terms, function(v) if (length(v$levels)) unlist(v$levels)[-1] else NA)
    term <- Map(function(v, l) rep(name_of(c(v, kind = v$use$kind)), length(l)), terms, level)
    first <- family != "cox"
    list(term = c(if (first) "(intercept)", unlist(term)),
         level = c(if (first) NA_character_, as.character(unlist(level))))
  }
  fitted_of <- function(family, variables, values, time) {
    sides <- Map(function(v, x) {
      if (!length(v$levels)) return(cbind(x))
      vapply(unlist(v$levels)[-1], function(level) as.numeric(x == level), numeric(length(x)))
    }, variables, values)
    y <- as.numeric(sides[[1]])
    x <- do.call(cbind, c(if (family != "cox") list(1), unname(sides[-1])))
    if (nrow(x) <= ncol(x) || qr(x)$rank < ncol(x)) no_answer()
    tight <- stats::glm.control(epsilon = 1e-12, maxit = 100)
    if (family == "linear")
      return(stats::coef(base::summary(stats::lm(y ~ 0 + x)))[, 1:2, drop = FALSE])
    if (family == "cox") {
      if (is.null(time)) wrong("a cox model has no time", "Give time=.")
      exact <- survival::coxph.control(eps = 1e-12, toler.inf = 1e-4, iter.max = 100)
      fit <- survival::coxph(survival::Surv(time, y) ~ x, ties = "efron", control = exact)
      return(cbind(stats::coef(fit), sqrt(diag(stats::vcov(fit)))))
    }
    kinds <- list(logistic = stats::binomial(), poisson = stats::poisson())
    if (is.null(kinds[[family]]))
      wrong("the model is of no known family", "Use: linear, logistic, poisson, cox.")
    offset <- if (is.null(time)) rep(0, length(y)) else log(time)
    fit <- tryCatch(
      stats::glm.fit(x, y, family = kinds[[family]], offset = offset, control = tight),
      warning = function(told) no_answer(), error = function(told) no_answer())
    class(fit) <- c("glm", "lm")
    stats::coef(base::summary(fit))[, 1:2, drop = FALSE]
  }
  no_answer <- function() {
    wrong("the model has no one best answer",
          "Leave out terms that can't be told apart, or that predict the outcome perfectly.")
  }
  described <- function(fit) {
    terms <- stats::terms(fit)
    left <- all.vars(stats::formula(fit)[[2]])
    columns <- attr(terms, "term.labels")
    parts <- lapply(columns, function(label) {
      column <- sub("^(?:as\\.)?factor\\((.*)\\)$", "\\1", label, perl = TRUE)
      if (!make.names(column) == column)
        wrong(sprintf("the formula has '%s', which isn't a column", label),
              "Give outcome=, terms= and family= instead of fit=.")
      reference <- fit$xlevels[[label]][1]
      d <- dimension(column, levels = reference)
      d$by_levels <- column != label
      d
    })
    if (inherits(fit, "coxph"))
      return(list(outcome = left[2], time = left[1], terms = parts, family = "cox"))
    kind <- if (inherits(fit, "glm")) paste(fit$family$family, fit$family$link) else "lm"
    family <- switch(kind, lm = "linear", "gaussian identity" = "linear",
                     "binomial logit" = "logistic", "poisson log" = "poisson",
                     wrong(paste("a fit of", kind, "isn't described by its columns"),
                           "Give outcome=, terms= and family= instead of fit=."))
    list(outcome = left[1], terms = parts, family = family, time = NULL)
  }
  same <- function(fit, found) {
    theirs <- sort(unname(stats::coef(fit)))
    if (length(theirs) != length(found) || !isTRUE(all.equal(theirs, sort(unname(found)), 1e-4)))
      wrong("the fit isn't this model of the people of the frame",
            "Give the frame that was fitted, time= if it has an exposure, and where=.")
  }

  list(bands = bands, year = year, is_present = is_present, levels_of = levels_of,
       crosstab = crosstab, summary = summary, rates = rates, percentiles = percentiles,
       histogram = histogram, survival = survival, regression = regression)
})
