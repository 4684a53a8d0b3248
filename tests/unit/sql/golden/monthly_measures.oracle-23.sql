CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_INTERVAL_1" (
	"_interval" NUMBER(19), 
	"p1" DATE, 
	"p2" DATE, 
	"p3" DATE, 
	"_bit0" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- 12 rows into ORA$PTT_STEP_INTERVAL_1

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_1_POPULATION" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_1_POPULATION" ("patient_id") SELECT "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT DISTINCT "patients"."patient_id" AS "patient_id" 
FROM "patients" 
WHERE "patients"."patient_id" IS NOT NULL) "mentioned") "everyone") "layer_0" 
WHERE (1 = 1);

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_2_COLUMNS" (
	"patient_id" NUMBER(19), 
	"born" DATE, 
	"smoker" SMALLINT
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_2_COLUMNS" ("patient_id", "born", "smoker") SELECT "rows"."patient_id", "rows"."born", "rows"."smoker" 
FROM "patients" "rows" JOIN "ORA$PTT_STEP_1_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_3_ROWS" (
	"patient_id" NUMBER(19), 
	"a1_0" NUMBER(19), 
	"a2" NUMBER(19), 
	"a3" NUMBER(19), 
	"a4" NUMBER(19), 
	"a5" NUMBER(19), 
	"a6" NUMBER(19), 
	"a7" NUMBER(19), 
	"a8" NUMBER(19), 
	"a9" NUMBER(19), 
	"a10" NUMBER(19), 
	"a11" NUMBER(19), 
	"a12" NUMBER(19), 
	"a13" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 2024-01-01
-- $2 = 2024-01-31
-- $3 = 2024-02-01
-- $4 = 2024-02-29
-- $5 = 2024-03-01
-- $6 = 2024-03-31
-- $7 = 2024-04-01
-- $8 = 2024-04-30
-- $9 = 2024-05-01
-- $10 = 2024-05-31
-- $11 = 2024-06-01
-- $12 = 2024-06-30
-- $13 = 2024-07-01
-- $14 = 2024-07-31
-- $15 = 2024-08-01
-- $16 = 2024-08-31
-- $17 = 2024-09-01
-- $18 = 2024-09-30
-- $19 = 2024-10-01
-- $20 = 2024-10-31
-- $21 = 2024-11-01
-- $22 = 2024-11-30
-- $23 = 2024-12-01
-- $24 = 2024-12-31
-- $25 = 2024-07-31
-- $26 = 2024-03-31
-- $27 = 2024-01-31
-- $28 = 2023-12-31
-- $29 = 2024-02-29
-- $30 = 2024-05-31
-- $31 = 2024-04-30
-- $32 = 2024-06-30
-- $33 = 2024-11-30
-- $34 = 2024-09-30
-- $35 = 2024-08-31
-- $36 = 2024-10-31
-- $37 = 2024-08-31
-- $38 = 2024-04-30
-- $39 = 2024-02-29
-- $40 = 2024-01-31
-- $41 = 2024-03-31
-- $42 = 2024-06-30
-- $43 = 2024-05-31
-- $44 = 2024-07-31
-- $45 = 2024-12-31
-- $46 = 2024-10-31
-- $47 = 2024-09-30
-- $48 = 2024-11-30
INSERT INTO "ORA$PTT_STEP_3_ROWS" ("patient_id", "a1_0", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11", "a12", "a13") SELECT "patient_id", coalesce(CAST(0 AS NUMBER(19)) + max(BITAND("_t1", 1)) + max(BITAND("_t1", 2)) + max(BITAND("_t1", 4)) + max(BITAND("_t1", 8)) + max(BITAND("_t1", 16)) + max(BITAND("_t1", 32)) + max(BITAND("_t1", 64)) + max(BITAND("_t1", 128)) + max(BITAND("_t1", 256)) + max(BITAND("_t1", 512)) + max(BITAND("_t1", 1024)) + max(BITAND("_t1", 2048)), CAST(0 AS NUMBER(19))) AS "a1_0", count(CASE WHEN ((CAST(:1 AS DATE) <= "date") AND ("date" <= CAST(:2 AS DATE))) THEN 1 END) AS "a2", count(CASE WHEN ((CAST(:3 AS DATE) <= "date") AND ("date" <= CAST(:4 AS DATE))) THEN 1 END) AS "a3", count(CASE WHEN ((CAST(:5 AS DATE) <= "date") AND ("date" <= CAST(:6 AS DATE))) THEN 1 END) AS "a4", count(CASE WHEN ((CAST(:7 AS DATE) <= "date") AND ("date" <= CAST(:8 AS DATE))) THEN 1 END) AS "a5", count(CASE WHEN ((CAST(:9 AS DATE) <= "date") AND ("date" <= CAST(:10 AS DATE))) THEN 1 END) AS "a6", count(CASE WHEN ((CAST(:11 AS DATE) <= "date") AND ("date" <= CAST(:12 AS DATE))) THEN 1 END) AS "a7", count(CASE WHEN ((CAST(:13 AS DATE) <= "date") AND ("date" <= CAST(:14 AS DATE))) THEN 1 END) AS "a8", count(CASE WHEN ((CAST(:15 AS DATE) <= "date") AND ("date" <= CAST(:16 AS DATE))) THEN 1 END) AS "a9", count(CASE WHEN ((CAST(:17 AS DATE) <= "date") AND ("date" <= CAST(:18 AS DATE))) THEN 1 END) AS "a10", count(CASE WHEN ((CAST(:19 AS DATE) <= "date") AND ("date" <= CAST(:20 AS DATE))) THEN 1 END) AS "a11", count(CASE WHEN ((CAST(:21 AS DATE) <= "date") AND ("date" <= CAST(:22 AS DATE))) THEN 1 END) AS "a12", count(CASE WHEN ((CAST(:23 AS DATE) <= "date") AND ("date" <= CAST(:24 AS DATE))) THEN 1 END) AS "a13" 
FROM (SELECT "layer_0"."patient_id" AS "patient_id", "layer_0"."date" AS "date", BITAND(CASE WHEN ("date" IS NULL) THEN CAST(0 AS NUMBER(19)) ELSE CASE WHEN ("date" <= CAST(:25 AS DATE)) THEN CASE WHEN ("date" <= CAST(:26 AS DATE)) THEN CASE WHEN ("date" <= CAST(:27 AS DATE)) THEN CASE WHEN ("date" <= CAST(:28 AS DATE)) THEN CAST(0 AS NUMBER(19)) ELSE CAST(1 AS NUMBER(19)) END ELSE CASE WHEN ("date" <= CAST(:29 AS DATE)) THEN CAST(3 AS NUMBER(19)) ELSE CAST(7 AS NUMBER(19)) END END ELSE CASE WHEN ("date" <= CAST(:30 AS DATE)) THEN CASE WHEN ("date" <= CAST(:31 AS DATE)) THEN CAST(15 AS NUMBER(19)) ELSE CAST(31 AS NUMBER(19)) END ELSE CASE WHEN ("date" <= CAST(:32 AS DATE)) THEN CAST(63 AS NUMBER(19)) ELSE CAST(127 AS NUMBER(19)) END END END ELSE CASE WHEN ("date" <= CAST(:33 AS DATE)) THEN CASE WHEN ("date" <= CAST(:34 AS DATE)) THEN CASE WHEN ("date" <= CAST(:35 AS DATE)) THEN CAST(255 AS NUMBER(19)) ELSE CAST(511 AS NUMBER(19)) END ELSE CASE WHEN ("date" <= CAST(:36 AS DATE)) THEN CAST(1023 AS NUMBER(19)) ELSE CAST(2047 AS NUMBER(19)) END END ELSE CAST(4095 AS NUMBER(19)) END END END, CASE WHEN ("date" IS NULL) THEN CAST(0 AS NUMBER(19)) ELSE CASE WHEN ("date" <= CAST(:37 AS DATE)) THEN CASE WHEN ("date" <= CAST(:38 AS DATE)) THEN CASE WHEN ("date" <= CAST(:39 AS DATE)) THEN CASE WHEN ("date" <= CAST(:40 AS DATE)) THEN CAST(4095 AS NUMBER(19)) ELSE CAST(4094 AS NUMBER(19)) END ELSE CASE WHEN ("date" <= CAST(:41 AS DATE)) THEN CAST(4092 AS NUMBER(19)) ELSE CAST(4088 AS NUMBER(19)) END END ELSE CASE WHEN ("date" <= CAST(:42 AS DATE)) THEN CASE WHEN ("date" <= CAST(:43 AS DATE)) THEN CAST(4080 AS NUMBER(19)) ELSE CAST(4064 AS NUMBER(19)) END ELSE CASE WHEN ("date" <= CAST(:44 AS DATE)) THEN CAST(4032 AS NUMBER(19)) ELSE CAST(3968 AS NUMBER(19)) END END END ELSE CASE WHEN ("date" <= CAST(:45 AS DATE)) THEN CASE WHEN ("date" <= CAST(:46 AS DATE)) THEN CASE WHEN ("date" <= CAST(:47 AS DATE)) THEN CAST(3840 AS NUMBER(19)) ELSE CAST(3584 AS NUMBER(19)) END ELSE CASE WHEN ("date" <= CAST(:48 AS DATE)) THEN CAST(3072 AS NUMBER(19)) ELSE CAST(2048 AS NUMBER(19)) END END ELSE CAST(0 AS NUMBER(19)) END END END) AS "_t1" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."date" AS "date" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_1_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0") "below" GROUP BY "patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_4_FOLD" (
	"_patients" NUMBER(19), 
	"c1" SMALLINT, 
	"c2" DATE, 
	"c3" SMALLINT, 
	"c4_0" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 2006-08-01
-- $2 = 2006-04-01
-- $3 = 2006-02-01
-- $4 = 2006-01-01
-- $5 = 2006-01-01
-- $6 = 2006-02-01
-- $7 = 2006-03-01
-- $8 = 2006-03-01
-- $9 = 2006-04-01
-- $10 = 2006-06-01
-- $11 = 2006-05-01
-- $12 = 2006-05-01
-- $13 = 2006-06-01
-- $14 = 2006-07-01
-- $15 = 2006-07-01
-- $16 = 2006-08-01
-- $17 = 2006-12-01
-- $18 = 2006-10-01
-- $19 = 2006-09-01
-- $20 = 2006-09-01
-- $21 = 2006-10-01
-- $22 = 2006-11-01
-- $23 = 2006-11-01
-- $24 = 2006-12-01
-- $25 = 2006-12-02
INSERT INTO "ORA$PTT_STEP_4_FOLD" ("_patients", "c1", "c2", "c3", "c4_0") SELECT CAST(count(*) AS NUMBER(19)) AS "_patients", CASE WHEN ("step_2_columns"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_2_columns"."patient_id" IS NULL) THEN 0 END AS "c1", CASE WHEN ("step_2_columns"."born" IS NULL) THEN CAST(NULL AS DATE) ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:1 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:2 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:3 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:4 AS DATE)) THEN CAST(:5 AS DATE) ELSE CAST(:6 AS DATE) END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:7 AS DATE)) THEN CAST(:8 AS DATE) ELSE CAST(:9 AS DATE) END END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:10 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:11 AS DATE)) THEN CAST(:12 AS DATE) ELSE CAST(:13 AS DATE) END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:14 AS DATE)) THEN CAST(:15 AS DATE) ELSE CAST(:16 AS DATE) END END END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:17 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:18 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:19 AS DATE)) THEN CAST(:20 AS DATE) ELSE CAST(:21 AS DATE) END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:22 AS DATE)) THEN CAST(:23 AS DATE) ELSE CAST(:24 AS DATE) END END ELSE CAST(:25 AS DATE) END END END AS "c2", CASE WHEN ("step_2_columns"."smoker" = 1) THEN 1 WHEN ("step_2_columns"."smoker" != 1) THEN 0 END AS "c3", coalesce("step_3_rows"."a1_0", 0) AS "c4_0" 
FROM "ORA$PTT_STEP_1_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_2_COLUMNS" "step_2_columns" ON "step_2_columns"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_3_ROWS" "step_3_rows" ON "step_3_rows"."patient_id" = "population"."patient_id" GROUP BY CASE WHEN ("step_2_columns"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_2_columns"."patient_id" IS NULL) THEN 0 END, CASE WHEN ("step_2_columns"."born" IS NULL) THEN CAST(NULL AS DATE) ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:1 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:2 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:3 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:4 AS DATE)) THEN CAST(:5 AS DATE) ELSE CAST(:6 AS DATE) END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:7 AS DATE)) THEN CAST(:8 AS DATE) ELSE CAST(:9 AS DATE) END END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:10 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:11 AS DATE)) THEN CAST(:12 AS DATE) ELSE CAST(:13 AS DATE) END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:14 AS DATE)) THEN CAST(:15 AS DATE) ELSE CAST(:16 AS DATE) END END END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:17 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:18 AS DATE)) THEN CASE WHEN ("step_2_columns"."born" <= CAST(:19 AS DATE)) THEN CAST(:20 AS DATE) ELSE CAST(:21 AS DATE) END ELSE CASE WHEN ("step_2_columns"."born" <= CAST(:22 AS DATE)) THEN CAST(:23 AS DATE) ELSE CAST(:24 AS DATE) END END ELSE CAST(:25 AS DATE) END END END, CASE WHEN ("step_2_columns"."smoker" = 1) THEN 1 WHEN ("step_2_columns"."smoker" != 1) THEN 0 END, coalesce("step_3_rows"."a1_0", 0);

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_4_FOLD_TWICE" (
	"patients" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_4_FOLD_TWICE" ("patients") SELECT nullif(nullif(least(greatest(sum("ORA$PTT_STEP_4_FOLD"."_patients"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) - (SELECT CAST(count(*) AS NUMBER(19)) AS "count_1" 
FROM "ORA$PTT_STEP_1_POPULATION" "population") AS "patients" 
FROM "ORA$PTT_STEP_4_FOLD";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_FAMILY_1_AT_ONCE" (
	"interval" NUMBER(19), 
	"d" NUMBER(19), 
	"patients" NUMBER(19), 
	"n1" NUMBER(19), 
	"p1" NUMBER(19), 
	"g1" SMALLINT
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_1_AT_ONCE" ("interval", "d", "patients", "n1", "p1", "g1") SELECT "counted"."_interval" AS "interval", nullif(nullif(least(greatest(sum("counted"."d" * "counted"."_patients"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", nullif(nullif(least(greatest(sum("counted"."_patients"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1" * "counted"."_patients"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", nullif(nullif(least(greatest(sum(CASE WHEN ("counted"."n1" != 0) THEN "counted"."_patients" ELSE 0 END), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "p1", "counted"."g1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x4" = 1) THEN CAST(:1 AS NUMBER(19)) ELSE CAST(:2 AS NUMBER(19)) END AS "n1", CASE WHEN ("x5" = 1) THEN 1 WHEN ("x5" != 1) THEN 0 END AS "g1", "_interval", "_patients" 
FROM (SELECT "spread"."_patients" AS "_patients", "times"."_interval" AS "_interval", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c2" AS "x2", "times"."p1" AS "x3", CASE WHEN ((BITAND("spread"."c4_0", "_bit0")) != 0) THEN 1 WHEN ((BITAND("spread"."c4_0", "_bit0")) = 0) THEN 0 END AS "x4", CASE WHEN ("spread"."c3" = 1) THEN 1 WHEN ("spread"."c3" != 1) THEN 0 END AS "x5" 
FROM "ORA$PTT_STEP_4_FOLD" "spread" JOIN "ORA$PTT_STEP_INTERVAL_1" "times" ON 1 = 1) "layer_0" 
WHERE ("x1" = 1 AND ("x2" <= "x3"))) "counted" GROUP BY "counted"."_interval", "counted"."g1";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_FAMILY_2_AT_ONCE" (
	"interval" NUMBER(19), 
	"d" NUMBER(19), 
	"patients" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 1
INSERT INTO "ORA$PTT_STEP_FAMILY_2_AT_ONCE" ("interval", "d", "patients") SELECT "counted"."_interval" AS "interval", nullif(nullif(least(greatest(sum("counted"."d" * "counted"."_patients"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", nullif(nullif(least(greatest(sum("counted"."_patients"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "patients" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", "_interval", "_patients" 
FROM (SELECT "spread"."_patients" AS "_patients", "times"."_interval" AS "_interval", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1" 
FROM "ORA$PTT_STEP_4_FOLD" "spread" JOIN "ORA$PTT_STEP_INTERVAL_1" "times" ON 1 = 1) "layer_0" 
WHERE "x1" = 1) "counted" GROUP BY "counted"."_interval";

DROP TABLE "ORA$PTT_STEP_4_FOLD";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_7_SPREAD" (
	"patient_id" NUMBER(19), 
	"c1" SMALLINT, 
	"c2" NUMBER(19), 
	"c3" NUMBER(19), 
	"c4" NUMBER(19), 
	"c5" NUMBER(19), 
	"c6" NUMBER(19), 
	"c7" NUMBER(19), 
	"c8" NUMBER(19), 
	"c9" NUMBER(19), 
	"c10" NUMBER(19), 
	"c11" NUMBER(19), 
	"c12" NUMBER(19), 
	"c13" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_7_SPREAD" ("patient_id", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13") SELECT "population"."patient_id", CASE WHEN ("step_2_columns"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_2_columns"."patient_id" IS NULL) THEN 0 END AS "c1", coalesce("step_3_rows"."a2", 0) AS "c2", coalesce("step_3_rows"."a3", 0) AS "c3", coalesce("step_3_rows"."a4", 0) AS "c4", coalesce("step_3_rows"."a5", 0) AS "c5", coalesce("step_3_rows"."a6", 0) AS "c6", coalesce("step_3_rows"."a7", 0) AS "c7", coalesce("step_3_rows"."a8", 0) AS "c8", coalesce("step_3_rows"."a9", 0) AS "c9", coalesce("step_3_rows"."a10", 0) AS "c10", coalesce("step_3_rows"."a11", 0) AS "c11", coalesce("step_3_rows"."a12", 0) AS "c12", coalesce("step_3_rows"."a13", 0) AS "c13" 
FROM "ORA$PTT_STEP_1_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_2_COLUMNS" "step_2_columns" ON "step_2_columns"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_3_ROWS" "step_3_rows" ON "step_3_rows"."patient_id" = "population"."patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_FAMILY_2_ALL" (
	"interval" NUMBER(19), 
	"d" NUMBER(19), 
	"patients" NUMBER(19), 
	"n1" NUMBER(19), 
	"p1" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 1 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c2" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 2 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c3" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 3 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c4" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 4 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c5" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 5 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c6" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 6 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c7" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 7 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c8" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 8 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c9" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 9 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c10" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 10 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c11" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 11 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c12" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO "ORA$PTT_STEP_FAMILY_2_ALL" ("interval", "d", "patients", "n1", "p1") SELECT 12 AS "interval", nullif(nullif(least(greatest(sum("counted"."d"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "d", count(*) AS "patients", nullif(nullif(least(greatest(sum("counted"."n1"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "n1", count(CASE WHEN ("counted"."n1" != 0) THEN 1 END) AS "p1" 
FROM (SELECT CAST(:1 AS NUMBER(19)) AS "d", CASE WHEN ("x2" IS NULL) THEN CAST(:2 AS NUMBER(19)) ELSE "x2" END AS "n1" 
FROM (SELECT "spread"."patient_id" AS "patient_id", CASE WHEN ("spread"."c1" = 1) THEN 1 WHEN ("spread"."c1" != 1) THEN 0 END AS "x1", "spread"."c13" AS "x2" 
FROM "ORA$PTT_STEP_7_SPREAD" "spread") "layer_0" 
WHERE "x1" = 1) "counted" 
HAVING count(*) > 0;

SELECT "counts"."_measure", "counts"."_interval", "counts"."numerator", "counts"."denominator", "counts"."numerator_patients", "counts"."denominator_patients", "counts"."smoker" 
FROM (SELECT CAST(0 AS NUMBER(19)) AS "_measure", "ORA$PTT_STEP_FAMILY_1_AT_ONCE"."interval" AS "_interval", "ORA$PTT_STEP_FAMILY_1_AT_ONCE"."n1" AS "numerator", "ORA$PTT_STEP_FAMILY_1_AT_ONCE"."d" AS "denominator", "ORA$PTT_STEP_FAMILY_1_AT_ONCE"."p1" AS "numerator_patients", "ORA$PTT_STEP_FAMILY_1_AT_ONCE"."patients" AS "denominator_patients", "ORA$PTT_STEP_FAMILY_1_AT_ONCE"."g1" AS "smoker" 
FROM "ORA$PTT_STEP_FAMILY_1_AT_ONCE" UNION ALL SELECT CAST(1 AS NUMBER(19)) AS "_measure", "ORA$PTT_STEP_FAMILY_2_AT_ONCE"."interval" AS "_interval", CAST(0 AS NUMBER(19)) AS "numerator", "ORA$PTT_STEP_FAMILY_2_AT_ONCE"."d" AS "denominator", CAST(0 AS NUMBER(19)) AS "numerator_patients", "ORA$PTT_STEP_FAMILY_2_AT_ONCE"."patients" AS "denominator_patients", CAST(NULL AS SMALLINT) AS "smoker" 
FROM "ORA$PTT_STEP_FAMILY_2_AT_ONCE" UNION ALL SELECT CAST(1 AS NUMBER(19)) AS "_measure", "ORA$PTT_STEP_FAMILY_2_ALL"."interval" AS "_interval", "ORA$PTT_STEP_FAMILY_2_ALL"."n1" AS "numerator", CAST(0 AS NUMBER(19)) AS "denominator", "ORA$PTT_STEP_FAMILY_2_ALL"."p1" AS "numerator_patients", CAST(0 AS NUMBER(19)) AS "denominator_patients", CAST(NULL AS SMALLINT) AS "smoker" 
FROM "ORA$PTT_STEP_FAMILY_2_ALL" UNION ALL SELECT CAST(-1 AS NUMBER(19)) AS "_measure", CAST(0 AS NUMBER(19)) AS "_interval", "ORA$PTT_STEP_4_FOLD_TWICE"."patients" AS "numerator", CAST(0 AS NUMBER(19)) AS "denominator", CAST(0 AS NUMBER(19)) AS "numerator_patients", CAST(0 AS NUMBER(19)) AS "denominator_patients", CAST(NULL AS SMALLINT) AS "smoker" 
FROM "ORA$PTT_STEP_4_FOLD_TWICE" 
WHERE "ORA$PTT_STEP_4_FOLD_TWICE"."patients" > 0) "counts";
